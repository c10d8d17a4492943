/// \file Clock: the time stamps of events.
///
/// The time-stamp counter where it is invariant, the kernel's monotonic clock where not; shifted so that a tick is a
/// few nanoseconds: fine enough to keep apart what one thread hands to another, and mostly one byte as a difference.
#pragma once

#include <cstdint>

#include "sys.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace memline::capture {

class Clock {
 public:
  /// Which counter there is. Until then every stamp is 0.
  void choose() noexcept {
    kernel_ = !counter_is_invariant();
    shift_ = kernel_ ? 3 : 4;
  }

  std::uint32_t shift() const noexcept { return shift_; }
  bool is_kernel_clock() const noexcept { return kernel_; }

  /// Before a release: nothing that the release does may have happened yet.
  std::uint64_t before() const noexcept {
#if defined(__x86_64__)
    if (!kernel_) [[likely]]
      return __rdtsc() >> shift_;
#endif
    return sys::monotonic_ns() >> shift_;
  }

  /// After an acquisition: waits until what went before is done.
  std::uint64_t after() const noexcept {
#if defined(__x86_64__)
    unsigned processor = 0;
    if (!kernel_) [[likely]]
      return __rdtscp(&processor) >> shift_;
#endif
    return sys::monotonic_ns() >> shift_;
  }

 private:
  static bool counter_is_invariant() noexcept {
#if defined(__x86_64__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 || (d & (1U << 8)) == 0) return false;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (d & (1U << 27)) != 0;  // rdtscp
#else
    return false;
#endif
  }

  std::uint32_t shift_ = 0;
  bool kernel_ = false;
};

}  // namespace memline::capture
