/// \file ObservedProcess: a process that is not our child, by its pidfd: when it ends, and how.
#pragma once

#include <chrono>
#include <optional>

#include "commands/run/trace_locator.h"

namespace memline::commands {

class ObservedProcess {
 public:
  /// is_open() is false if there is no such process any more, or the kernel has no pidfd (before Linux 5.3).
  explicit ObservedProcess(const ProcessName& name);
  ~ObservedProcess();
  ObservedProcess(const ObservedProcess&) = delete;
  ObservedProcess& operator=(const ObservedProcess&) = delete;

  bool is_open() const { return pidfd_ >= 0; }
  /// Waits at most so long. True: it has ended.
  bool wait(std::chrono::milliseconds timeout) const;
  /// Once it has ended: as from waitpid; nullopt where only its parent is told (before Linux 6.15).
  std::optional<int> wait_status() const;

 private:
  int pidfd_;
};

}  // namespace memline::commands
