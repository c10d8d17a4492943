/// \file Watcher: follows a running program from outside: finds its trace and samples its resident memory into it, and
/// reserves space for it ahead of use.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "commands/run/outside_trace.h"
#include "commands/run/tick_writer.h"
#include "commands/run/trace_locator.h"

namespace memline::commands {

class Watcher {
 public:
  /// `locator` must outlive the Watcher. `most_bytes` bounds the trace; 0: no bound.
  Watcher(const ProcessName& process, const TraceLocator& locator, std::uint64_t most_bytes);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Samples, once there is a trace to write to.
  void step();
  /// When the next step is due: 10 ms from now, sooner while a young program has not begun its trace.
  std::chrono::milliseconds interval() const;
  /// Whether the trace was found and can be written to.
  bool is_watching() const { return trace_ != nullptr; }
  /// Of the trace; "": it was not found yet.
  const std::string& trace() const { return path_; }
  /// When the last program in the trace began (CLOCK_MONOTONIC); 0 if that is not known.
  std::uint64_t last_beginning_ns() const;
  /// The process has ended; returns the path of its trace, "" if it has none. `wait_status` as OutsideTrace has it.
  std::string finish(std::optional<int> wait_status);
  /// Leaves the process alone, as if nobody had watched it.
  void give_up();

 private:
  void open_trace();

  ProcessName process_;
  const TraceLocator& locator_;
  std::uint64_t most_bytes_;
  int statm_fd_;
  unsigned steps_ = 0;
  std::string path_;
  std::unique_ptr<OutsideTrace> trace_;
  std::optional<TickWriter> ticks_;
};

}  // namespace memline::commands
