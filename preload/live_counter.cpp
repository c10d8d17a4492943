#include "live_counter.h"

#include "sys.h"

namespace memline::capture {

constinit LiveCounter live_counter;

void LiveCounter::raise(std::int64_t live) noexcept {
  const std::uint32_t used = used_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < used; ++i) {
    Measurement& one = measurements_[i];
    if (one.token.load(std::memory_order_relaxed) == 0) continue;
    std::int64_t highest = one.highest.load(std::memory_order_relaxed);
    while (live > highest && !one.highest.compare_exchange_weak(highest, live, std::memory_order_relaxed)) {
    }
  }
}

void LiveCounter::acquired(std::uint64_t bytes) noexcept {
  const auto more = static_cast<std::int64_t>(bytes);
  const std::int64_t before = live_.fetch_add(more, std::memory_order_relaxed);
  samples.before_change(before);
  raise(before + more);
}

void LiveCounter::released(std::uint64_t bytes) noexcept {
  samples.before_change(live_.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed));
}

void LiveCounter::moved(std::uint64_t old_bytes, std::uint64_t bytes) noexcept {
  if (bytes < old_bytes) {
    released(old_bytes - bytes);
  } else {
    acquired(bytes - old_bytes);
  }
}

std::uint64_t LiveCounter::begin() noexcept {
  turn_on();
  const std::uint64_t token = next_token_.fetch_add(1, std::memory_order_relaxed) + 1;
  for (std::uint32_t i = 0; i < kMeasurements; ++i) {
    Measurement& one = measurements_[i];
    std::uint64_t free = 0;
    if (!one.token.compare_exchange_strong(free, token, std::memory_order_acq_rel)) continue;
    one.before = live();
    one.begin_ns = sys::monotonic_ns();
    one.highest.store(one.before, std::memory_order_relaxed);
    std::uint32_t used = used_.load(std::memory_order_relaxed);
    while (used <= i && !used_.compare_exchange_weak(used, i + 1, std::memory_order_relaxed)) {
    }
    return token;
  }
  return 0;
}

Measured LiveCounter::end(std::uint64_t token) noexcept {
  for (Measurement& one : measurements_) {
    if (token == 0 || one.token.load(std::memory_order_acquire) != token) continue;
    Measured result;
    result.nanoseconds = sys::monotonic_ns() - one.begin_ns;
    result.live = live();
    result.delta = result.live - one.before;
    const std::int64_t above = one.highest.load(std::memory_order_relaxed) - result.live;
    result.peak_above_end = above > 0 ? above : 0;
    one.token.store(0, std::memory_order_release);
    return result;
  }
  return {};
}

}  // namespace memline::capture
