/// \file explain_missing(): after a program has ended, what of it was not recorded, and why.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace memline::commands {

/// Sentences for people; none if the program was recorded. `trace` is the path of its trace, "" if it has none. Looks
/// into the trace only where it is small, so that the answer comes at once: a large one is not empty.
std::vector<std::string> explain_missing(const std::string& trace, const std::string& program,
                                         const std::string& search_path);

/// The same of programs that descendants ran, by path. Says nothing of a program that has nothing against it, and not
/// everything where there are many.
std::vector<std::string> explain_descendants(const std::set<std::string>& programs, const std::string& search_path);

/// Paths, or names to be looked for in PATH, of the programs that those who wrote `traces` have started, or went on to
/// run (exec) without being recorded any more.
std::set<std::string> execs_of_others(const std::vector<std::string>& traces);

}  // namespace memline::commands
