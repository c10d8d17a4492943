/// \file RecordedProgram: a program that is being recorded, from its start to the traces that it leaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/run/await_end.h"
#include "commands/run/child_process.h"
#include "commands/run/descendant_watch.h"
#include "commands/run/run_environment.h"
#include "commands/run/trace_locator.h"
#include "sampling/counter_spec.h"

namespace memline::commands {

class SamplingRun;
class Watcher;

class RecordedProgram {
 public:
  /// Starts `command` with `environment` and what `options` and `preload` add to it, unless the program is one that does
  /// not start with a preload. Signals go to it, and not to us, for as long as this object lives.
  RecordedProgram(const std::vector<std::string>& command, std::vector<std::string> environment,
                  const RunOptions& options, const std::string& preload, const TimeLimit& limit = {},
                  const std::vector<sampling::CounterSpec>& counters = {});
  ~RecordedProgram();
  RecordedProgram(const RecordedProgram&) = delete;
  RecordedProgram& operator=(const RecordedProgram&) = delete;

  /// 0: it runs.
  int start_errno() const { return child_.pid() < 0 ? child_.start_errno() : 0; }
  pid_t pid() const { return child_.pid(); }
  int asked_to_end() const { return child_.asked_to_end(); }

  /// Of `counters`, those that are not to be had: "cache-misses: not supported here".
  std::vector<std::string> refused_counters() const;

  /// await() shall look at what its descendants run, too.
  void watch_descendants() { descendants_.emplace(child_.pid()); }

  /// Follows it until it has ended. `look_on`, where there is one, is called now and then with the path of its trace.
  AwaitedEnd await(const std::function<void(const std::string& trace)>& look_on = {});
  /// Once it has ended: completes its trace, and finds those of its descendants.
  void finish_traces();

  /// After that: its trace, "" if there is none, and those of its descendants.
  const std::string& trace() const { return trace_; }
  const std::vector<std::string>& others() const { return others_; }
  /// What of it was not recorded, and why, in sentences.
  std::vector<std::string> explain_missing() const;
  /// The same of the programs that its descendants ran, as far as watch_descendants() and their traces tell.
  std::vector<std::string> explain_missing_descendants() const;

 private:
  std::string program_, search_path_;
  std::uint64_t max_trace_bytes_;  ///< 0: no limit
  TraceLocator locator_;
  TimeLimit limit_;
  std::chrono::steady_clock::time_point start_;
  std::unique_ptr<SamplingRun> sampling_;  ///< null: nothing is counted
  ChildProcess child_;
  std::unique_ptr<Watcher> watcher_;  ///< from await() on
  std::optional<int> wait_status_;    ///< once it has ended
  std::string trace_;
  std::vector<std::string> others_;
  std::optional<DescendantWatch> descendants_;
};

}  // namespace memline::commands
