/// \file UsageSamples: the live bytes at equal intervals of time, while somebody wants to know them.
///
/// There is no thread that takes them: live bytes change only by events, so an event fills in the moments that have
/// passed since the one before. When there is no room left, every second sample goes and the interval doubles. One
/// series at a time; any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace memline::capture {

struct UsageSample {
  std::uint64_t nanoseconds;  ///< since the beginning of the series
  std::int64_t bytes;
};

class UsageSamples {
 public:
  static constexpr std::size_t kMost = 4096;

  /// The first sample is `live` now. False: there is a series already.
  bool begin(std::uint64_t interval_ns, std::int64_t live) noexcept;
  /// Ends the series with `live` now as its last sample, and gives the number of samples.
  std::size_t end(std::int64_t live) noexcept;
  /// Of the series that was ended last.
  const UsageSample& operator[](std::size_t index) const noexcept { return samples_[index]; }
  /// The series' samples have been read: another one may begin.
  void release() noexcept { taken_.store(false, std::memory_order_release); }

  /// An event is changing the live bytes, which were so many.
  void before_change(std::int64_t live) noexcept {
    if (running_.load(std::memory_order_relaxed)) [[unlikely]]
      fill(live);
  }

 private:
  void fill(std::int64_t live) noexcept;
  void add(std::uint64_t nanoseconds, std::int64_t bytes) noexcept;

  std::atomic<bool> taken_{false}, running_{false}, busy_{false};
  std::uint64_t begin_ns_ = 0, interval_ns_ = 0;
  std::uint64_t next_ns_ = 0;  ///< since the beginning
  std::size_t count_ = 0;
  UsageSample samples_[kMost] = {};
};

}  // namespace memline::capture
