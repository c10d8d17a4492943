#include "thread_stack.h"

#include <signal.h>

#include "sys.h"

extern "C" void* __libc_stack_end;  // the loader's: where the kernel put the program's arguments

namespace memline::capture {
namespace {

constexpr std::uint64_t kPage = 4096;
/// Farther from the known end than this, sp is taken to be on another stack: probing is one system call a page.
constexpr std::uint64_t kFarthest = std::uint64_t{256} << 20;

bool near_below(std::uint64_t sp, std::uint64_t end) noexcept {
  return sp < end && end - sp < kFarthest;
}

}  // namespace

StackBounds ThreadStack::extend(std::uint64_t sp, bool syscalls_allowed) noexcept {
  if (!syscalls_allowed) return {0, 0};
  std::uint64_t end = high;
  std::uint64_t known = low;
  bool is_main = false;
  if (end == 0) {
    const auto main_end = reinterpret_cast<std::uint64_t>(__libc_stack_end);
    const auto thread_block = reinterpret_cast<std::uint64_t>(__builtin_thread_pointer());
    is_main = near_below(sp, main_end);
    end = is_main ? main_end : thread_block;
    known = end;
  }
  if (!near_below(sp, known)) return {0, 0};
  const std::uint64_t target = sp & ~(kPage - 1);
  if (floor != 0 && target < floor) return {0, 0};
  std::uint64_t reached = known & ~(kPage - 1);
  while (reached > target) {
    if (!sys::is_readable(reached - kPage)) {
      floor = reached;
      return {0, 0};
    }
    reached -= kPage;
  }
  low = reached;
  high = end;
  return {low, high};
}

bool may_be_handler_of(std::uint64_t mark_sp, bool syscalls_allowed) noexcept {
  if (!syscalls_allowed) return true;
  stack_t alternate = {};
  if (sys::call(SYS_sigaltstack, 0, sys::as_long(&alternate)) != 0 || (alternate.ss_flags & SS_ONSTACK) == 0) {
    return false;
  }
  return mark_sp - reinterpret_cast<std::uint64_t>(alternate.ss_sp) >= alternate.ss_size;
}

}  // namespace memline::capture
