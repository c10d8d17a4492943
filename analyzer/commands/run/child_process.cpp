#include "commands/run/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace memline::commands {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  int report[2];  // closed by a successful exec, else it carries errno
  if (::pipe2(report, O_CLOEXEC) != 0) {
    start_errno_ = errno;
    return;
  }
  take_over_signals();
  pid_ = ::fork();
  if (pid_ == 0) {
    give_back_signals();
    ::execvpe(arguments[0], arguments.data(), variables.data());
    const int reason = errno;
    [[maybe_unused]] const ssize_t written = ::write(report[1], &reason, sizeof reason);
    ::_exit(127);
  }
  start_errno_ = pid_ < 0 ? errno : 0;
  ::close(report[1]);
  int reason = 0;
  ssize_t size = 0;
  do {
    size = ::read(report[0], &reason, sizeof reason);
  } while (size < 0 && errno == EINTR);
  ::close(report[0]);
  if (pid_ > 0 && size == static_cast<ssize_t>(sizeof reason)) {
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    start_errno_ = reason;
  }
}

ChildProcess::~ChildProcess() {
  give_back_signals();
}

void ChildProcess::take_over_signals() {
  ::sigemptyset(&watched_);
  for (const int signal : {SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) ::sigaddset(&watched_, signal);
  ::sigprocmask(SIG_BLOCK, &watched_, &old_mask_);
  // ignored SIGCHLD, as some supervisors leave it, would have the kernel reap the child behind our back
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &plain, &old_child_action_);
}

void ChildProcess::give_back_signals() const {
  ::sigaction(SIGCHLD, &old_child_action_, nullptr);
  ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit{seconds.count(), std::chrono::nanoseconds(timeout - seconds).count()};
  siginfo_t info{};
  const int signal = ::sigtimedwait(&watched_, &info, &limit);
  // si_code > 0 is the kernel's: a key, or a hang-up, that the whole foreground group has got
  if (signal > 0 && signal != SIGCHLD && info.si_code <= 0) ::kill(pid_, signal);
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  return status;
}

void end_like(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::signal(signal, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, signal);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::kill(::getpid(), signal);
    std::_Exit(128 + signal);  // a signal that does not end us, as in a container's first process
  }
  std::_Exit(WEXITSTATUS(wait_status));
}

}  // namespace memline::commands
