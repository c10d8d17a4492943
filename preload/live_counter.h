/// \file LiveCounter: the bytes of heap blocks that came and went since the program first asked, and their highest
/// during each of its measurements.
///
/// The size of a block is what the allocator has set aside for it (malloc_usable_size): the only size that is known of a
/// block that is being freed. Nothing is counted before somebody has asked: then a hook spends one test on it. Any
/// thread; no lock, no system call.
#pragma once

#include <atomic>
#include <cstdint>

#include "usage_samples.h"

namespace memline::capture {

/// In bytes and nanoseconds; all 0 where nothing was measured.
struct Measured {
  std::int64_t delta = 0;
  std::int64_t peak_above_end = 0;
  std::int64_t live = 0;  ///< since counting began
  std::uint64_t nanoseconds = 0;
};

class LiveCounter {
 public:
  static constexpr std::uint32_t kMeasurements = 64;  ///< at a time

  bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }
  void turn_on() noexcept { on_.store(true, std::memory_order_relaxed); }
  std::int64_t live() const noexcept { return live_.load(std::memory_order_relaxed); }

  void acquired(std::uint64_t bytes) noexcept;
  void released(std::uint64_t bytes) noexcept;
  void moved(std::uint64_t old_bytes, std::uint64_t bytes) noexcept;

  /// Gives a token for end(); 0: there are kMeasurements already. Turns counting on.
  std::uint64_t begin() noexcept;
  Measured end(std::uint64_t token) noexcept;

  UsageSamples samples;

 private:
  struct Measurement {
    std::atomic<std::uint64_t> token{0};  ///< 0: free
    std::atomic<std::int64_t> highest{0};
    std::int64_t before = 0;
    std::uint64_t begin_ns = 0;
  };
  void raise(std::int64_t live) noexcept;

  std::atomic<bool> on_{false};
  std::atomic<std::int64_t> live_{0};
  std::atomic<std::uint32_t> used_{0};  ///< measurements from this one on were never used
  std::atomic<std::uint64_t> next_token_{0};
  Measurement measurements_[kMeasurements];
};

extern constinit LiveCounter live_counter;

}  // namespace memline::capture
