/// \file Patience: waiting for another thread, which may not be running just now, but not for ever: it may be stopped.
#pragma once

#include <cstdint>

#include "sys.h"

namespace memline::capture {

class Patience {
 public:
  explicit Patience(std::uint64_t most_ns) noexcept : most_ns_(most_ns) {}

  /// Lets others run for a moment. False: all of `most_ns` has passed. Makes system calls.
  bool wait() noexcept {
    constexpr unsigned kYields = 100;
    constexpr std::uint64_t kNapNs = 50'000;
    if (yields_ < kYields) {
      ++yields_;
      sys::yield();
      return true;
    }
    // On a busy machine yielding a thousand times takes less than the other thread's turn to come.
    const std::uint64_t now = sys::monotonic_ns();
    if (end_ns_ == 0) end_ns_ = now + most_ns_;
    if (now >= end_ns_) return false;
    sys::sleep_ns(kNapNs);
    return true;
  }

 private:
  std::uint64_t most_ns_;
  std::uint64_t end_ns_ = 0;
  unsigned yields_ = 0;
};

}  // namespace memline::capture
