/// \file RepeatedRuns: a command that was run several times, and what each run took. Plain data, filled by the commands
/// memit, time and timeit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/statistics.h"
#include "model/program_end.h"

namespace memline::model {

/// What a recorded run held.
struct RunMemory {
  std::int64_t peak = 0;       ///< highest live bytes of the process, or while the function ran
  std::int64_t increment = 0;  ///< how far that is above what was live before: when main began, or the function's call
  bool since_start = false;    ///< no stack names main: the increment counts from the start of the program
};

struct MeasuredRun {
  ProgramEnd end;
  std::optional<RunMemory> memory;  ///< null: not recorded
  /// It did what it was to do: its numbers count.
  bool counts = true;
};

struct RepeatedRuns {
  std::vector<std::string> command;
  std::optional<std::string> function;  ///< --func
  std::vector<MeasuredRun> runs;
  std::vector<std::string> notes;  ///< one sentence each

  /// Over the runs that count and have the value.
  template <class Value>
  Statistics over_runs(const Value& value) const {
    std::vector<double> values;
    for (const MeasuredRun& run : runs) {
      if (!run.counts) continue;
      const std::optional<double> one = value(run);
      if (one) values.push_back(*one);
    }
    return summarize(values);
  }
};

/// The values of a run that there are statistics of.
std::optional<double> peak_of(const MeasuredRun& run);
std::optional<double> increment_of(const MeasuredRun& run);
std::optional<double> rss_of(const MeasuredRun& run);
std::optional<double> wall_of(const MeasuredRun& run);
std::optional<double> cpu_of(const MeasuredRun& run);

}  // namespace memline::model
