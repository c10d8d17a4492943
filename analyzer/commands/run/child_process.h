/// \file ChildProcess: the profiled program as our child, in our own process group, with the terminal to itself.
///
/// Keyboard signals reach it as they would without us, since it is in the foreground group too; a signal sent to us
/// alone is passed on. Between start() and the end of the program those signals do nothing to us.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace memline::commands {

class ChildProcess {
 public:
  /// Runs `command` with exactly `environment`. On failure pid() is -1 and start_errno() says why.
  ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  int start_errno() const { return start_errno_; }

  /// Waits for the end at most so long; the status of waitpid once it has ended.
  std::optional<int> wait(std::chrono::milliseconds timeout);

 private:
  void take_over_signals();
  void give_back_signals() const;

  pid_t pid_ = -1;
  int start_errno_ = 0;
  sigset_t watched_{}, old_mask_{};
  struct sigaction old_child_action_ {};
};

/// Ends this process as the status of waitpid says: with the same code, or by the same signal (and no core of ours).
[[noreturn]] void end_like(int wait_status);

}  // namespace memline::commands
