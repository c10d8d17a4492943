#include "message.h"

#include <poll.h>
#include <signal.h>

#include "sys.h"
#include "text.h"

namespace memline::capture {
namespace {

bool stderr_known;
dev_t stderr_device;
ino_t stderr_inode;

using KernelSignalSet = std::uint64_t;
constexpr KernelSignalSet bit(int signal) noexcept {
  return KernelSignalSet{1} << (signal - 1);
}

/// A broken pipe, a file size limit or a background terminal must not reach the program as a signal of ours.
class SignalsHeld {
 public:
  SignalsHeld() noexcept {
    KernelSignalSet pending = 0;
    sys::call(SYS_rt_sigpending, sys::as_long(&pending), sizeof pending);
    ours_ = kHeld & ~pending;
    sys::call(SYS_rt_sigprocmask, SIG_BLOCK, sys::as_long(&kHeld), sys::as_long(&before_), sizeof before_);
  }
  ~SignalsHeld() {
    const struct timespec now = {};
    const KernelSignalSet raised = ours_ & ~bit(SIGTTOU);
    sys::call(SYS_rt_sigtimedwait, sys::as_long(&raised), 0, sys::as_long(&now), sizeof raised);
    sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::as_long(&before_), 0, sizeof before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  static constexpr KernelSignalSet kHeld = bit(SIGPIPE) | bit(SIGXFSZ) | bit(SIGTTOU);
  KernelSignalSet before_ = 0;
  KernelSignalSet ours_ = 0;
};

}  // namespace

void remember_stderr() noexcept {
  struct stat status;
  stderr_known = sys::fstat(2, status) == 0;
  stderr_device = status.st_dev;
  stderr_inode = status.st_ino;
}

void say(const char* what, const char* detail) noexcept {
  struct stat status;
  if (!stderr_known || sys::fstat(2, status) != 0 || status.st_dev != stderr_device || status.st_ino != stderr_inode) {
    return;
  }
  Text<1024> line;
  line.add("memline: ");
  line.add(what);
  if (detail != nullptr) {
    line.add(": ");
    line.add(detail);
  }
  line.finish_line();
  const SignalsHeld held;
  struct pollfd ready = {2, POLLOUT, 0};
  const struct timespec now = {};
  if (sys::call(SYS_ppoll, sys::as_long(&ready), 1, sys::as_long(&now), 0, 8) != 1 || ready.revents != POLLOUT) return;
  sys::call(SYS_write, 2, sys::as_long(line.data()), static_cast<long>(line.size()));
}

}  // namespace memline::capture
