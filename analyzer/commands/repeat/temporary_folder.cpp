#include "commands/repeat/temporary_folder.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "commands/run/run_environment.h"

namespace memline::commands {

namespace {

void remove_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

/// In the guard: returns when the process that holds the other end of the pipe is gone.
void wait_for_end(int fd) {
  ::setsid();
  // nobody is to wait for us through a pipe of ours
  ::dup2(fd, 0);
  ::close_range(1, ~0U, 0);
  char byte = 0;
  while (::read(0, &byte, 1) < 0 && errno == EINTR) {
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder(std::string path) : path_(std::move(path)) {
  start_guard();
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      guard_(std::exchange(other.guard_, -1)),
      alive_fd_(std::exchange(other.alive_fd_, -1)) {}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  remove_folder(path_);
  if (guard_ < 0) return;
  ::close(alive_fd_);
  while (::waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void TemporaryFolder::start_guard() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;  // the folder goes with the object all the same
  sigset_t all, old;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &old);
  guard_ = ::fork();
  if (guard_ == 0) {
    wait_for_end(ends[0]);
    remove_folder(path_);
    ::_exit(0);
  }
  ::sigprocmask(SIG_SETMASK, &old, nullptr);
  ::close(ends[0]);
  if (guard_ > 0) {
    alive_fd_ = ends[1];
  } else {
    ::close(ends[1]);
  }
}

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::absolute(variable_or("TMPDIR", "/var/tmp"), error);
  std::string path = (parent / "memline-XXXXXX").native();
  if (::mkdtemp(path.data()) == nullptr) {
    const std::string reason = std::strerror(errno);
    return Error{.message = "cannot make a folder for traces: " + reason + "; TMPDIR names another place",
                 .path = parent.native()};
  }
  return TemporaryFolder(std::move(path));
}

}  // namespace memline::commands
