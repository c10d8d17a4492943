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

/// False: the other end was closed.
bool wait_for_byte(int fd) {
  char byte = 0;
  ssize_t size = 0;
  do {
    size = ::read(fd, &byte, 1);
  } while (size < 0 && errno == EINTR);
  return size == 1;
}

}  // namespace

/// What the child says of itself: once before it becomes the program, and again if it could not.
struct ChildProcess::Report {
  std::uint64_t rss_kib;
  int start_errno;
};

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                           ProcessGroup group, const std::function<void(pid_t)>& before_exec)
    : group_(group) {
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  int report_pipe[2];  // closed by a successful exec
  if (::pipe2(report_pipe, O_CLOEXEC) != 0) {
    start_errno_ = errno;
    return;
  }
  int go_pipe[2];  // a byte comes when the program may begin, the end of the file when we are gone
  if (::pipe2(go_pipe, O_CLOEXEC) != 0) {
    start_errno_ = errno;
    ::close(report_pipe[0]);
    ::close(report_pipe[1]);
    return;
  }
  take_over_signals();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(go_pipe[1]);
    if (!wait_for_byte(go_pipe[0])) ::_exit(127);
    if (group == ProcessGroup::kItsOwn) ::setpgid(0, 0);
    give_back_signals();
    rusage own{};
    ::getrusage(RUSAGE_SELF, &own);
    Report report{static_cast<std::uint64_t>(own.ru_maxrss), 0};
    [[maybe_unused]] ssize_t written = ::write(report_pipe[1], &report, sizeof report);
    ::execvpe(arguments[0], arguments.data(), variables.data());
    report.start_errno = errno;
    written = ::write(report_pipe[1], &report, sizeof report);
    ::_exit(127);
  }
  start_errno_ = pid_ < 0 ? errno : 0;
  // also here: who comes first does it, so that a kill of the group finds it
  if (pid_ > 0 && group == ProcessGroup::kItsOwn) ::setpgid(pid_, pid_);
  ::close(report_pipe[1]);
  ::close(go_pipe[0]);
  if (pid_ > 0 && before_exec) before_exec(pid_);
  [[maybe_unused]] const ssize_t sent = ::write(go_pipe[1], "", 1);
  ::close(go_pipe[1]);
  receive_report(report_pipe[0]);
  ::close(report_pipe[0]);
}

void ChildProcess::receive_report(int fd) {
  Report report{};
  ssize_t size = 0;
  do {
    size = ::read(fd, &report, sizeof report);
    if (size == static_cast<ssize_t>(sizeof report)) rss_before_exec_kib_ = report.rss_kib;
  } while (size > 0 || (size < 0 && errno == EINTR));
  if (pid_ > 0 && report.start_errno != 0) {
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    start_errno_ = report.start_errno;
  }
}

ChildProcess::~ChildProcess() {
  give_back_signals();
}

void ChildProcess::take_over_signals() {
  ::sigemptyset(&watched_);
  ::sigaddset(&watched_, SIGCHLD);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) {
    // One that is ignored (nohup, a shell's background job) is ignored by the program as well.
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) ::sigaddset(&watched_, signal);
  }
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

std::optional<int> ChildProcess::wait(std::chrono::nanoseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit{seconds.count(), (timeout - seconds).count()};
  siginfo_t info{};
  const int signal = ::sigtimedwait(&watched_, &info, &limit);
  if (signal > 0 && signal != SIGCHLD) {
    if (signal != SIGUSR1 && signal != SIGUSR2) asked_to_end_ = signal;
    // si_code > 0 is the kernel's: a key, or a hang-up, that the whole foreground group has got
    if (group_ == ProcessGroup::kItsOwn) ::kill(-pid_, signal);
    if (group_ == ProcessGroup::kOurs && info.si_code <= 0) ::kill(pid_, signal);
  }
  int status = 0;
  if (::wait4(pid_, &status, WNOHANG, &usage_) != pid_) return std::nullopt;
  return status;
}

void ChildProcess::kill_group() const {
  if (group_ != ProcessGroup::kItsOwn || pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // which may have left its group
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
