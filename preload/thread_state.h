/// \file ThreadState: what is remembered of the calling thread. Thread-local, all zeros at first, a few words: static
/// TLS is scarce where the library is loaded late.
#pragma once

#include <cstdint>

#include "thread_stack.h"

namespace memline::capture {

class Lane;

struct ThreadState {
  Lane* lane;
  std::uint64_t inside_sp;  ///< frame of the hook whose real function is running; 0: none
  ThreadStack stack;
  std::uint32_t number;  ///< plus one; 0: the thread has no number yet
  std::uint32_t tid;
  bool taking_lane;   ///< a signal handler that records now must not take this thread's lane for it
  bool starting;      ///< this thread is starting the session: its calls are ours
  bool in_libunwind;  ///< it walks this thread's stack for us: what it allocates is not the program's
  bool ended;         ///< its destructors have run; what still comes borrows a lane
  std::uint8_t destructor_rounds;
};

extern constinit thread_local ThreadState thread_state __attribute__((tls_model("initial-exec")));

/// Whether a mark that the hook at `mark_sp` left is stale: the hook cannot have returned, yet the stack has been
/// unwound past it (longjmp). Only certain where both lie on the thread's own stack, or the mark on another one and we
/// are back on the thread's: a signal's alternate stack may lie anywhere, even within the thread's own.
inline bool is_stale(std::uint64_t mark_sp, std::uint64_t sp, const ThreadState& thread,
                     bool syscalls_allowed) noexcept {
  if (!thread.stack.contains(sp)) return false;
  if (thread.stack.contains(mark_sp) && sp <= mark_sp) return false;
  return !may_be_handler_of(mark_sp, syscalls_allowed);
}

}  // namespace memline::capture
