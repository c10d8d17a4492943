#include "detached_process.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "sys.h"

namespace memline::capture {
namespace {

constexpr std::size_t kStackBytes = std::size_t{32} << 10;
constexpr unsigned long kSharing = CLONE_VM | CLONE_VFORK;
/// No signal to us at its end, and no tracer that is taken along.
constexpr unsigned long kQuiet = CLONE_UNTRACED;
constexpr int kWaitForAnyKind = 0x40000000;  // __WALL

using Entry = void(const void*);

/// clone(2) on a stack of its own; what `entry` returns to does not exist.
long clone_to(unsigned long flags, std::byte* stack_end, Entry* entry, const void* argument) noexcept {
  auto* const top = reinterpret_cast<std::uint64_t*>(stack_end) - 2;
  top[0] = reinterpret_cast<std::uint64_t>(entry);
  top[1] = reinterpret_cast<std::uint64_t>(argument);
#if defined(__x86_64__)
  long result = SYS_clone;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "popq %%rax\n\t"
      "popq %%rdi\n\t"
      "callq *%%rax\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(flags), "S"(top), "d"(0L), "r"(r10), "r"(r8)
      : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = SYS_clone;
  register long x0 __asm__("x0") = static_cast<long>(flags);
  register long x1 __asm__("x1") = sys::as_long(top);
  register long x2 __asm__("x2") = 0;
  register long x3 __asm__("x3") = 0;
  register long x4 __asm__("x4") = 0;
  __asm__ volatile(
      "svc 0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "ldp x1, x0, [sp], #16\n\t"
      "blr x1\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
      : "x30", "memory");
  return x0;
#endif
}

[[noreturn]] void leave(int status) noexcept {
  for (;;) sys::call(SYS_exit_group, status);
}

void close_between(unsigned first, unsigned last) noexcept {
  if (first > last) return;
#ifdef SYS_close_range
  if (sys::call(SYS_close_range, first, last, 0) == 0) return;
#endif
  constexpr std::uint64_t kMostNumbers = 65536;
  const std::uint64_t limit = sys::soft_limit(RLIMIT_NOFILE);
  for (std::uint64_t fd = first; fd <= last && fd < limit && fd < kMostNumbers; ++fd) sys::close(static_cast<int>(fd));
}

/// Only `kept` stays open, as kItsDescriptor.
void arrange_descriptors(int kept) noexcept {
  if (kept > 0) close_between(0, static_cast<unsigned>(kept) - 1);
  close_between(static_cast<unsigned>(kept) + 1, ~0U);
  if (kept != kItsDescriptor) {
    sys::call(SYS_dup3, kept, kItsDescriptor, 0);
    sys::close(kept);
  } else {
    sys::call(SYS_fcntl, kept, F_SETFD, 0);
  }
  // Somewhere without /dev/null what is said is lost all the same, and no file gets the numbers 0 to 2.
  int nowhere = sys::open("/dev/null", O_RDWR);
  if (nowhere < 0) nowhere = sys::open("/", O_RDONLY | O_DIRECTORY);
  for (int fd = 0; fd <= 2; ++fd) {
    if (fd != nowhere) sys::call(SYS_dup3, nowhere, fd, 0);
  }
}

struct Start {
  const DetachedProgram& program;
  std::byte* stack_end;  ///< of the program's process, until it is the program
  bool stays_parent;
  long error;
};

void become_program(const void* argument) noexcept {
  const DetachedProgram& program = static_cast<const Start*>(argument)->program;
  sys::call(SYS_setsid);
  arrange_descriptors(program.descriptor);
  sys::call(SYS_execve, sys::as_long(program.path), sys::as_long(program.arguments), sys::as_long(program.environment));
  leave(127);
}

/// The process between us and the program.
void start_and_leave(const void* argument) noexcept {
  auto& start = *static_cast<Start*>(const_cast<void*>(argument));
  if (start.stays_parent) sys::call(SYS_setsid);
  const long pid = clone_to(kSharing | kQuiet, start.stack_end, become_program, &start);
  if (pid < 0) start.error = pid;
  if (start.stays_parent && pid > 0) {
    close_between(0, ~0U);
    sys::call(SYS_wait4, pid, 0, kWaitForAnyKind, 0);
  }
  leave(0);
}

/// Orphans become our children: the kernel gives them to us, with the usual signal at their end.
bool adopts_orphans() noexcept {
  int subreaper = 0;
  sys::call(SYS_prctl, PR_GET_CHILD_SUBREAPER, sys::as_long(&subreaper));
  return subreaper != 0 || sys::getpid() == 1;
}

}  // namespace

long start_detached(const DetachedProgram& program) noexcept {
  auto* const stacks = static_cast<std::byte*>(sys::map_private(2 * kStackBytes));
  if (stacks == nullptr) return -ENOMEM;
  Start start{program, stacks + 2 * kStackBytes, adopts_orphans(), 0};
  // No handler of the program's may run in a process that is not the program.
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  std::uint64_t mask = 0;
  sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::as_long(&kAll), sys::as_long(&mask), sizeof mask);
  // The parent of the program's process goes at once, and leaves it an orphan: an exec gives every child the usual signal
  // at its end, so that as our own child it would show. Where orphans come to us, its parent has to stay: a copy of this
  // process with no signal at its end, which only a wait for all kinds of children (__WALL, __WCLONE) sees.
  const unsigned long flags = start.stays_parent ? kQuiet : kSharing | kQuiet;
  const long pid = clone_to(flags, stacks + kStackBytes, start_and_leave, &start);
  if (pid > 0 && !start.stays_parent) {
    long waited = -EINTR;
    while (waited == -EINTR) waited = sys::call(SYS_wait4, pid, 0, kWaitForAnyKind, 0);
  }
  sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::as_long(&mask), 0, sizeof mask);
  sys::unmap(stacks, 2 * kStackBytes);
  return pid < 0 ? pid : start.error;
}

}  // namespace memline::capture
