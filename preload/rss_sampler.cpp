#include "rss_sampler.h"

#include "lane.h"
#include "sys.h"

namespace memline::capture {
namespace {

constexpr char kStatm[] = "/proc/self/statm";
/// Until the counter's rate is known: a counter of 1.6 GHz or less would have the second sample come late, once.
constexpr std::uint64_t kFewestTicksPerInterval = 1'000'000;
/// The time of the next sample while one is being taken.
constexpr std::uint64_t kTaking = UINT64_MAX - 1;

}  // namespace

void RssSampler::start(const Clock& clock) noexcept {
  statm_.drop();
  busy_ = false;
  first_ticks_ = clock.now();
  first_ns_ = sys::monotonic_ns();
  const int fd = sys::open(kStatm, O_RDONLY | O_CLOEXEC);
  next_.store(fd >= 0 && statm_.adopt(fd) ? 0 : UINT64_MAX, std::memory_order_relaxed);
}

bool parse_statm(const char* text, std::size_t bytes, std::uint64_t& resident_pages) noexcept {
  std::size_t i = 0;
  while (i < bytes && text[i] >= '0' && text[i] <= '9') ++i;
  if (i == 0 || i == bytes || text[i] != ' ') return false;
  const std::size_t begin = ++i;
  std::uint64_t value = 0;
  for (; i < bytes && text[i] >= '0' && text[i] <= '9'; ++i)
    value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
  if (i == begin) return false;
  resident_pages = value;
  return true;
}

bool RssSampler::read_pages(std::uint64_t& pages) noexcept {
  const int fd = statm_.get(kStatm, O_RDONLY, true);
  char text[128];
  const long got = fd < 0 ? -1 : sys::pread(fd, text, sizeof text, 0);
  return got > 0 && parse_statm(text, static_cast<std::size_t>(got), pages);
}

std::uint64_t RssSampler::sample(Lane& lane, const Clock& clock, bool others_do) noexcept {
  std::uint64_t due = next_.load(std::memory_order_relaxed);
  // Nobody else samples while this one is at it.
  if (due == UINT64_MAX || !next_.compare_exchange_strong(due, kTaking, std::memory_order_relaxed)) return 0;
  if (others_do) {
    leave();
    return 0;
  }
  busy_.store(true, std::memory_order_release);
  trace::Tick tick{};
  const bool known = read_pages(tick.rss_pages);
  tick.time = clock.now();
  tick.monotonic_ns = sys::monotonic_ns();
  std::uint64_t interval = kFewestTicksPerInterval;
  const std::uint64_t elapsed_ns = tick.monotonic_ns - first_ns_;
  if (elapsed_ns >= 1000) {
    const auto ticks = static_cast<double>(tick.time - first_ticks_);
    interval = static_cast<std::uint64_t>(ticks * static_cast<double>(kIntervalNs) / static_cast<double>(elapsed_ns));
  }
  busy_.store(false, std::memory_order_release);
  if (known) lane.write(tick);
  // Unless somebody has stopped it meanwhile.
  std::uint64_t ours = kTaking;
  next_.compare_exchange_strong(ours, known ? tick.time + interval : UINT64_MAX, std::memory_order_relaxed);
  return known ? tick.rss_pages : 0;
}

}  // namespace memline::capture
