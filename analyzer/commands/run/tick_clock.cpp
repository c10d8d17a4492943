#include "commands/run/tick_clock.h"

#include <algorithm>
#include <iterator>

#include "base/monotonic_clock.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace memline::commands {
namespace {

/// Samples are written within a second or so; older ones are converted by the oldest moments that are left.
constexpr std::size_t kMostMoments = 1000;

std::uint64_t read_counter() {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return 0;  // traces of other processors tell time in ns
#endif
}

}  // namespace

TickClock::TickClock() {
  update();
}

void TickClock::update() {
  // of a few readings the one with the least time between the two
  Moment best;
  std::uint64_t least = ~std::uint64_t{0};
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t before = read_counter();
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t after = read_counter();
    if (after - before >= least && i > 0) continue;
    least = after - before;
    best = {now, before + (after - before) / 2};
  }
  if (!moments_.empty() && best.monotonic_ns <= moments_.back().monotonic_ns) return;
  moments_.push_back(best);
  // the first one stays: it spans the longest line
  if (moments_.size() > kMostMoments) moments_.erase(moments_.begin() + 1);
}

std::uint64_t TickClock::to_ticks(std::uint64_t monotonic_ns, const TraceClock& clock) const {
  if (clock.ticks_are_ns) return monotonic_ns >> clock.time_shift;
  if (moments_.size() < 2) return moments_.back().counter >> clock.time_shift;
  auto after = std::lower_bound(moments_.begin(), moments_.end(), monotonic_ns,
                                [](const Moment& moment, std::uint64_t ns) { return moment.monotonic_ns < ns; });
  if (after == moments_.begin()) ++after;
  if (after == moments_.end()) --after;
  const Moment& b = *after;
  const Moment& a = *std::prev(after);
  const double rate = static_cast<double>(b.counter - a.counter) / static_cast<double>(b.monotonic_ns - a.monotonic_ns);
  const auto distance = static_cast<double>(static_cast<std::int64_t>(monotonic_ns - a.monotonic_ns));
  return (a.counter + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance * rate))) >> clock.time_shift;
}

}  // namespace memline::commands
