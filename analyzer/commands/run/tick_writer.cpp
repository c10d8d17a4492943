#include "commands/run/tick_writer.h"

#include <time.h>

namespace memline::commands {
namespace {

std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

void TickWriter::sample(std::uint64_t rss_pages) {
  const std::uint32_t image = trace_.image();
  if (!lane_ || lane_->image() != image) {
    finish();
    lane_.emplace(trace_, trace::kWatcherLane, image);
  }
  const std::uint64_t now = clock_.now();
  lane_->append(now, trace::Tick{now, monotonic_ns(), rss_pages});
  lane_->flush();
}

void TickWriter::finish() {
  if (lane_) lane_->seal();
}

}  // namespace memline::commands
