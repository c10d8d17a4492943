/// \file choose_process(): which trace of a process and its descendants a report is about, where the user named none.
#pragma once

#include <string>
#include <vector>

namespace memline::commands {

struct ProcessChoice {
  std::string path;                 ///< of the trace whose process allocated most
  std::vector<std::string> others;  ///< the traces of its relatives
};

/// `path` and the traces beside it that the descendants of its process wrote: which allocated most? Older traces that
/// happen to lie there, of processes that are no descendants, do not count. Reads all of them once; `path` is returned
/// where there is no choice.
ProcessChoice choose_process(const std::string& path);

}  // namespace memline::commands
