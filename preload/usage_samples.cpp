#include "usage_samples.h"

#include "sys.h"

namespace memline::capture {

bool UsageSamples::begin(std::uint64_t interval_ns, std::int64_t live) noexcept {
  if (taken_.exchange(true, std::memory_order_acq_rel)) return false;
  constexpr std::uint64_t kShortestNs = 1000;
  interval_ns_ = interval_ns < kShortestNs ? kShortestNs : interval_ns;
  begin_ns_ = sys::monotonic_ns();
  next_ns_ = interval_ns_;
  count_ = 0;
  add(0, live);
  running_.store(true, std::memory_order_release);
  return true;
}

void UsageSamples::add(std::uint64_t nanoseconds, std::int64_t bytes) noexcept {
  if (count_ == kMost) {
    count_ /= 2;
    for (std::size_t i = 0; i < count_; ++i) samples_[i] = samples_[2 * i];
    interval_ns_ *= 2;
  }
  samples_[count_++] = {nanoseconds, bytes};
}

void UsageSamples::fill(std::int64_t live) noexcept {
  // a thread that finds another one at it, or itself in a signal handler, leaves it to the next event
  if (busy_.exchange(true, std::memory_order_acquire)) return;
  const std::uint64_t now = sys::monotonic_ns() - begin_ns_;
  while (running_.load(std::memory_order_relaxed) && next_ns_ <= now) {
    add(next_ns_, live);
    next_ns_ += interval_ns_;
  }
  busy_.store(false, std::memory_order_release);
}

std::size_t UsageSamples::end(std::int64_t live) noexcept {
  fill(live);
  running_.store(false, std::memory_order_relaxed);
  // in a forked child nobody may be left to finish: then what there is will do
  for (int tries = 0; tries < 1'000'000 && busy_.exchange(true, std::memory_order_acquire); ++tries) {
  }
  add(sys::monotonic_ns() - begin_ns_, live);
  busy_.store(false, std::memory_order_release);
  return count_;
}

}  // namespace memline::capture
