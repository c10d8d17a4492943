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
  device_ = status.st_dev;
  inode_ = status.st_ino;
  fd_ = high;
  return true;
}

bool HighDescriptor::is_ours() const noexcept {
  struct stat status;
  return fd_ > 0 && sys::fstat(fd_, status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

int HighDescriptor::get(const char* path, int flags, bool any_inode) noexcept {
  if (is_ours()) return fd_;
  const int fd = sys::open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return -1;
  // Another thread may ask meanwhile: what is found here becomes ours only when it is known to be the same file.
  HighDescriptor found;
  if (!found.adopt(fd)) return -1;
  if (!any_inode && (found.device_ != device_ || found.inode_ != inode_)) {
    found.drop();
    return -1;
  }
  *this = found;
  return fd_;
}

void HighDescriptor::drop() noexcept {
  if (is_ours()) sys::close(fd_);
  fd_ = 0;
}

}  // namespace memline::capture
