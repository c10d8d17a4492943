/// \file What all hooks share: how one is declared, and whether its call is an event.
///
/// A hook stays thin: ask, call the real function, tell the recorder. While the real function runs, the thread carries
/// a mark, so that what an allocator does inside of malloc (mmap through the PLT, malloc in posix_memalign) is not
/// taken for calls of the program.
#pragma once

#include <cerrno>

#include "bootstrap_arena.h"
#include "real.h"
#include "recorder.h"
#include "session.h"
#include "thread_state.h"

/// Declares and opens a hook under a name of its own, with the symbol of the function it takes over: the C library's
/// headers may declare that one in other words.
#define MEMLINE_HOOK(result, name, ...)                                                             \
  extern "C" __attribute__((visibility("default"))) result hook_##name(__VA_ARGS__) __asm__(#name); \
  extern "C" result hook_##name(__VA_ARGS__)

namespace memline::capture {

/// Whether a call that finds the mark of another hook comes from inside of that hook's real function: not if a signal
/// handler stands between them, whose calls are the program's. Clears a mark that a longjmp has left behind.
bool is_nested(const Site& site) noexcept;

/// What a system call made in place of a real function that is not known yet has to give back.
long as_libc(long result) noexcept;

bool decide_acquisition(const Site& site, std::uint64_t bytes) noexcept;
bool decide_release(const Site& site) noexcept;

/// Whether to record this acquisition. Counts it as lost where recording has stopped. `bytes` is what was asked for.
inline bool acquiring(const Site& site, std::uint64_t bytes) noexcept {
  if (state() == State::kRecording && thread_state.inside_sp == 0) [[likely]]
    return true;
  return decide_acquisition(site, bytes);
}

/// Whether to record this release, or another event that a pause does not stop.
inline bool releasing(const Site& site) noexcept {
  if (state() == State::kRecording && thread_state.inside_sp == 0) [[likely]]
    return true;
  return decide_release(site);
}

/// The same for hooks that another allocator may call while it sets itself up: they do not start the first session, for
/// looking up the real functions could call the allocator.
inline bool acquiring_if_started(const Site& site, std::uint64_t bytes) noexcept {
  return session.was_started() && acquiring(site, bytes);
}
inline bool releasing_if_started(const Site& site) noexcept {
  return session.was_started() && releasing(site);
}

/// Marks the thread while the real function runs.
class RealCall {
 public:
  explicit RealCall(const Site& site) noexcept : outer_(thread_state.inside_sp) {
    thread_state.inside_sp = site.sp - 16;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~RealCall() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    thread_state.inside_sp = outer_;
  }
  RealCall(const RealCall&) = delete;
  RealCall& operator=(const RealCall&) = delete;

 private:
  std::uint64_t outer_;  ///< of a hook that a signal handler has interrupted; else 0
};

/// Runs `function` with the mark set.
template <class Function>
inline auto call_real(const Site& site, const Function& function) noexcept {
  const RealCall mark(site);
  return function();
}

}  // namespace memline::capture
