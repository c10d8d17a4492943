/// \file RssSampler: the resident set of the process, now and then, while there are events to ride on.
///
/// /proc/self/statm through a descriptor kept at a high number: two system calls and a short text a sample. Whoever
/// finds a sample due takes it; one at a time.
#pragma once

#include <atomic>
#include <cstdint>

#include "clock.h"
#include "descriptor.h"

namespace memline::capture {

class Lane;

class RssSampler {
 public:
  static constexpr std::uint64_t kIntervalNs = 10'000'000;

  /// In the process that is to be sampled: what was open belongs to a parent.
  void start(const Clock& clock) noexcept;

  bool is_due(std::uint64_t ticks) const noexcept { return ticks >= next_.load(std::memory_order_relaxed); }

  /// Writes a Tick to the lane and says when the next one is due. Gives the pages it found; 0: none were counted.
  /// `others_do`: somebody outside samples instead, from here on.
  std::uint64_t sample(Lane& lane, const Clock& clock, bool others_do) noexcept;

  /// The resident pages of the process just now. False: they cannot be known.
  bool read_pages(std::uint64_t& pages) noexcept;

  /// No sample begins from here on; one may be under way: is_busy() says so.
  void stop() noexcept { next_.store(UINT64_MAX, std::memory_order_relaxed); }
  void resume() noexcept { next_.store(0, std::memory_order_relaxed); }
  bool is_busy() const noexcept { return busy_.load(std::memory_order_acquire); }

  /// Stops, and gives the descriptor back.
  void leave() noexcept {
    stop();
    statm_.drop();
  }

 private:
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> busy_{false};
  std::uint64_t first_ticks_ = 0, first_ns_ = 0;
  HighDescriptor statm_;
};

/// The second number of /proc/PID/statm.
bool parse_statm(const char* text, std::size_t bytes, std::uint64_t& resident_pages) noexcept;

}  // namespace memline::capture
