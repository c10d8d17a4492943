/// \file ChildProcess: the program as our child, with the terminal to itself.
///
/// In our own process group keyboard signals reach it as they would without us, since it is in the foreground too; a
/// signal sent to us alone is passed on. In a group of its own, so that it can be killed with all that it started, every
/// signal is passed on to the group, which cannot read from the terminal: as timeout(1) has it. While the object lives
/// those signals do nothing to us.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace memline::commands {

enum class ProcessGroup : std::uint8_t { kOurs, kItsOwn };

class ChildProcess {
 public:
  /// Runs `command` with exactly `environment`. On failure pid() is -1 and start_errno() says why. `before_exec`, if
  /// given, is called with the child's pid while the child waits to begin its program.
  ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment,
               ProcessGroup group = ProcessGroup::kOurs, const std::function<void(pid_t)>& before_exec = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  int start_errno() const { return start_errno_; }

  /// Waits for the end at most so long; the status of waitpid once it has ended.
  std::optional<int> wait(std::chrono::nanoseconds timeout);
  /// Ends it and all that it started and left in its group. For ProcessGroup::kItsOwn.
  void kill_group() const;

  /// The last signal by which somebody asked us to end; 0: none did.
  int asked_to_end() const { return asked_to_end_; }
  /// What the kernel counted, once it has ended: of it and of its children that it waited for.
  const rusage& usage() const { return usage_; }
  /// The most of our memory that our copy had in RAM before it became the program. The kernel's peak of the program,
  /// ru_maxrss, is never below that.
  std::uint64_t rss_before_exec_kib() const { return rss_before_exec_kib_; }

 private:
  struct Report;
  void receive_report(int fd);
  void take_over_signals();
  void give_back_signals() const;

  pid_t pid_ = -1;
  ProcessGroup group_;
  int start_errno_ = 0;
  int asked_to_end_ = 0;
  std::uint64_t rss_before_exec_kib_ = 0;
  rusage usage_{};
  sigset_t watched_{}, old_mask_{};
  struct sigaction old_child_action_ {};
};

/// Ends this process as the status of waitpid says: with the same code, or by the same signal (and no core of ours).
[[noreturn]] void end_like(int wait_status);

}  // namespace memline::commands
