#include "commands/run/tick_writer.h"

#include "base/monotonic_clock.h"

namespace memline::commands {

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
