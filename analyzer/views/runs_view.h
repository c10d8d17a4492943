/// \file What memit, time and timeit say, line by line, in the words of the Python tools that they are named after:
/// memory_profiler's %memit, and %time and %timeit of IPython.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/program_end.h"
#include "model/repeated_runs.h"
#include "model/timed_runs.h"

namespace memline::views {

/// "peak memory: 80.12 MiB, increment: 76.29 MiB", and below it the worst, the means and the times of all runs.
std::vector<std::string> memit_lines(const model::RepeatedRuns& runs);

/// "CPU times: user 1.2 s, sys 34 ms, total: 1.24 s", "Wall time: 1.3 s", and the peak of `memory` where there is one.
std::vector<std::string> time_lines(const model::ProgramEnd& end, const std::optional<model::RunMemory>& memory);

/// "1.23 ms ± 4.5 µs per loop (mean ± std. dev. of 7 runs, 100 loops each)", and the peaks likewise.
std::vector<std::string> timeit_lines(const model::TimedRuns& timed);

/// "exited with 3", "was killed by SIGSEGV", "timed out".
std::string describe_end(const model::ProgramEnd& end);
/// "run 2 of 3 timed out after 1.5 s"
std::string failure_sentence(std::size_t index, std::size_t runs, const model::ProgramEnd& end);

}  // namespace memline::views
