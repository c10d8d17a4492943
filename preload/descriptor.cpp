#include "descriptor.h"

#include "sys.h"

namespace memline::capture {
namespace {

/// Near the top of what is allowed, but not so high that the kernel must grow the process's table much.
int lowest_number() noexcept {
  const std::uint64_t limit = sys::soft_limit(RLIMIT_NOFILE);
  const std::uint64_t top = limit < 1024 ? limit : 1024;
  if (top > 64) return static_cast<int>(top - 24);
  return top > 8 ? static_cast<int>(top - 4) : 3;
}

int move_up(int fd) noexcept {
  long high = sys::call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest_number());
  if (high < 0) high = sys::call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
  if (high < 0) return fd > 2 ? fd : -1;
  sys::close(fd);
  return static_cast<int>(high);
}

}  // namespace

bool HighDescriptor::adopt(int fd) noexcept {
  const int high = move_up(fd);
  struct stat status;
  if (high < 0 || sys::fstat(high, status) != 0) {
    sys::close(high < 0 ? fd : high);
    return false;
  }
  fd_ = high;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  return true;
}

bool HighDescriptor::is_ours() const noexcept {
  struct stat status;
  return fd_ > 0 && sys::fstat(fd_, status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

int HighDescriptor::get(const char* path, int flags, bool any_inode) noexcept {
  if (is_ours()) return fd_;
  fd_ = 0;
  const int fd = sys::open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return -1;
  const std::uint64_t device = device_, inode = inode_;
  if (!adopt(fd)) return -1;
  if (!any_inode && (device_ != device || inode_ != inode)) {
    drop();
    device_ = device;
    inode_ = inode;
    return -1;
  }
  return fd_;
}

void HighDescriptor::drop() noexcept {
  if (is_ours()) sys::close(fd_);
  fd_ = 0;
}

}  // namespace memline::capture
