#include "model/change_tape.h"

#include <limits>
#include <new>

namespace memline::model {
namespace {

constexpr std::size_t kMostOthers = 1 << 16;

}  // namespace

ChangeTape::Kind ChangeTape::kind_of(const replay::Change& change) {
  if (change.allocations + change.frees + change.reallocations + change.mappings + change.unmappings != 1) {
    return Kind::kOther;
  }
  if (change.allocations != 0) return Kind::kAllocation;
  if (change.frees != 0) return Kind::kFree;
  if (change.reallocations != 0) return Kind::kReallocation;
  return change.mappings != 0 ? Kind::kMapping : Kind::kUnmapping;
}

void ChangeTape::give_up() {
  fits_ = false;
  chunks_.clear();
  others_ = {};
  times_ = {};
}

bool ChangeTape::make_room() {
  try {
    chunks_.emplace_back().reserve(kChunkEntries);
    return true;
  } catch (const std::bad_alloc&) {
    return false;  // others need the memory more
  }
}

void ChangeTape::add(const Entry& entry) {
  // Those that do not fit into an entry are rare, and large.
  if (size_ == most_changes_ || others_.size() > kMostOthers + size_ / 64) return give_up();
  if (size_ % kChunkEntries == 0 && !make_room()) return give_up();
  chunks_.back().push_back(entry);
  ++size_;
}

void ChangeTape::on_change(const replay::Change& change) {
  if (!fits_) return;
  if (next_rss_ < rss_.size() && rss_[next_rss_].ticks <= change.ticks) {
    while (next_rss_ < rss_.size() && rss_[next_rss_].ticks <= change.ticks) ++next_rss_;
    times_.emplace_back(size_, change.ticks);
  }
  constexpr std::uint64_t kMostBytes = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t thread = change.thread.none() ? kNoThread : change.thread.value;
  const std::int64_t live_bytes =
      live_bytes_ + static_cast<std::int64_t>(change.acquired_bytes) - static_cast<std::int64_t>(change.released_bytes);
  live_bytes_ = change.live_bytes;
  Kind kind = kind_of(change);
  if (change.acquired_bytes > kMostBytes || change.released_bytes > kMostBytes || live_bytes != change.live_bytes ||
      (thread >= kMostThreads && !change.thread.none())) {
    kind = Kind::kOther;
  }
  if (kind != Kind::kOther) {
    add({change.stack, static_cast<std::uint32_t>(change.acquired_bytes),
         static_cast<std::uint32_t>(change.released_bytes), thread << 4 | static_cast<std::uint32_t>(kind)});
    return;
  }
  add({change.stack, static_cast<std::uint32_t>(others_.size()), 0, static_cast<std::uint32_t>(Kind::kOther)});
  others_.push_back(change);
  others_.back().released = {};
}

void ChangeTape::on_unobserved(ThreadId thread, std::int64_t live_bytes) {
  if (!fits_) return;
  if (!thread.none() && thread.value >= kMostThreads) return give_up();
  const std::uint32_t number = thread.none() ? kNoThread : thread.value;
  const auto live = static_cast<std::uint64_t>(live_bytes_ = live_bytes);
  add({{},
       static_cast<std::uint32_t>(live),
       static_cast<std::uint32_t>(live >> 32),
       number << 4 | static_cast<std::uint32_t>(Kind::kUnobserved)});
}

}  // namespace memline::model
