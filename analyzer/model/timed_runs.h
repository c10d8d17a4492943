/// \file TimedRuns: a command that was timed, unrecorded: several runs of several loops each, a loop being one execution
/// of the program. And one recorded run beside them, for the memory. Plain data, filled by `memline timeit`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/repeated_runs.h"

namespace memline::model {

struct TimedRun {
  double seconds = 0;                           ///< wall time of all its loops
  double cpu_seconds = 0;                       ///< user and system
  std::optional<std::uint64_t> peak_rss_bytes;  ///< the largest of its loops
};

struct TimedRuns {
  std::vector<std::string> command;
  std::size_t loops = 1;  ///< in each run
  std::vector<TimedRun> runs;
  std::optional<RunMemory> memory;  ///< of the recorded run
  std::vector<std::string> notes;   ///< one sentence each
};

}  // namespace memline::model
