// The hooks that notice a program about to forbid itself system calls: from then on none is made on its behalf.
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "hook_support.h"
#include "sys.h"

namespace memline::capture {
namespace {

/// Runs the call that installs a filter. Where it fails, everything is as before. A vfork child, which shares our memory,
/// installs it for itself.
template <class Function>
auto install_filter(const Function& function) noexcept {
  const bool allowed_before = session.system_calls_allowed() && session.is_own_process();
  if (allowed_before) session.forbid_system_calls(true);
  const auto result = function();
  if (result < 0 && allowed_before) {
    const int saved_errno = errno;
    session.forbid_system_calls(false);
    errno = saved_errno;
  }
  return result;
}

}  // namespace

MEMLINE_HOOK(int, prctl, int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  if (real.prctl == nullptr) {
    return static_cast<int>(as_libc(sys::call(SYS_prctl, option, static_cast<long>(a), static_cast<long>(b),
                                              static_cast<long>(c), static_cast<long>(d))));
  }
  if (option != PR_SET_SECCOMP) return real.prctl(option, a, b, c, d);
  return install_filter([&] { return real.prctl(option, a, b, c, d); });
}

// Any other call must reach the C library by a jump: vfork and clone through syscall() return twice to the caller's
// frame.
MEMLINE_HOOK(long, syscall, long number, long a, long b, long c, long d, long e, long f) {
  if (real.syscall == nullptr) return as_libc(sys::call(number, a, b, c, d, e, f));
  const bool installs = (number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER)) ||
                        (number == SYS_prctl && a == PR_SET_SECCOMP);
  if (installs) [[unlikely]]
    return install_filter([&] { return real.syscall(number, a, b, c, d, e, f); });
  return real.syscall(number, a, b, c, d, e, f);
}

}  // namespace memline::capture
