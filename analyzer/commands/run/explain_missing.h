/// \file explain_missing(): after a program has ended, what of it was not recorded, and why.
#pragma once

#include <string>
#include <vector>

namespace memline::commands {

/// Sentences for people; none if the program was recorded. `trace` is the path of its trace, "" if it has none. Looks
/// into the trace only where it is small, so that the answer comes at once: a large one is not empty.
std::vector<std::string> explain_missing(const std::string& trace, const std::string& program,
                                         const std::string& search_path);

}  // namespace memline::commands
