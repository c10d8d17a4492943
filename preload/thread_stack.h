/// \file ThreadStack: how far the calling thread's stack reaches, learnt without asking the C library.
///
/// pthread_getattr_np allocates under a lock, so it is out of the question in a hook. What is known instead: the main
/// stack ends above __libc_stack_end, any other one below its thread's control block. From there down to the stack
/// pointer every page is probed once; a guard page in between says that sp lies on some other stack (a coroutine's, a
/// signal's), of which nothing is known. Belongs to its thread.
#pragma once

#include <cstdint>

#include "unwinder/unwinder.h"

namespace memline::capture {

struct ThreadStack {
  std::uint64_t low;    ///< readable from here ...
  std::uint64_t high;   ///< ... to here; 0: not looked yet
  std::uint64_t floor;  ///< the page below which nothing belongs to this stack; 0: not found yet

  /// The bounds, if sp lies between them; else {0, 0}.
  StackBounds bounds(std::uint64_t sp, bool syscalls_allowed) noexcept {
    if (sp >= low && sp < high) [[likely]]
      return {low, high};
    return extend(sp, syscalls_allowed);
  }
  bool contains(std::uint64_t sp) const noexcept { return sp >= low && sp < high; }

 private:
  StackBounds extend(std::uint64_t sp, bool syscalls_allowed) noexcept;
};

/// Whether the caller may be a signal handler on an alternate stack that has interrupted the code at `mark_sp`. Memory
/// for such a stack can be an array of main's, or a thread-local one above the thread's stack: addresses do not tell.
bool may_be_handler_of(std::uint64_t mark_sp, bool syscalls_allowed) noexcept;

}  // namespace memline::capture
