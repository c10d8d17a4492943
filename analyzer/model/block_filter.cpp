#include "model/block_filter.h"

#include <algorithm>

namespace memline::model {

BlockFilter::BlockFilter(const replay::Image& image, const replay::EventFilter& filter)
    : image_(image), filter_(filter) {
  for (std::size_t i = 0; filter.span && i < image.spans.size(); ++i) {
    if (image.spans[i].name == *filter.span) spans_.push_back(i);
  }
}

std::size_t BlockFilter::newest_span(std::uint64_t ticks) {
  while (begun_ < spans_.size() && image_.spans[spans_[begun_]].begin_ticks <= ticks)
    active_.push_back(spans_[begun_++]);
  std::erase_if(active_, [&](std::size_t span) {
    const auto& end = image_.spans[span].end_ticks;
    return end && *end < ticks;
  });
  return active_.empty() ? kNoSpan : active_.back();
}

void BlockFilter::on_change(const replay::Change& change) {
  if (!needs_events() || change.thread.none()) return;
  const std::size_t span = newest_span(change.ticks);
  if (change.acquired_blocks == 0 && change.acquired_bytes == 0) return;
  if (stretches_.size() <= change.thread.index()) stretches_.resize(change.thread.index() + 1);
  std::vector<Stretch>& stretches = stretches_[change.thread.index()];
  if (span != kNoSpan && !stretches.empty() && stretches.back().span == span) {
    stretches.back().last_ticks = change.ticks;
  } else {
    stretches.push_back({span, change.ticks, change.ticks});
  }
}

bool BlockFilter::contains(const replay::LiveBlock& block) const {
  if (!filter_.threads.empty() &&
      std::find(filter_.threads.begin(), filter_.threads.end(), block.thread) == filter_.threads.end()) {
    return false;
  }
  if (!needs_events()) return true;
  if (block.thread.none() || block.thread.index() >= stretches_.size()) return false;
  const std::vector<Stretch>& stretches = stretches_[block.thread.index()];
  const auto after =
      std::upper_bound(stretches.begin(), stretches.end(), block.acquired_ticks,
                       [](std::uint64_t ticks, const Stretch& stretch) { return ticks < stretch.first_ticks; });
  return after != stretches.begin() && block.acquired_ticks <= std::prev(after)->last_ticks;
}

}  // namespace memline::model
