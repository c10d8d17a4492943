#include "model/change_tape.h"

#include <algorithm>
#include <new>

namespace memline::model {
namespace {

constexpr std::size_t kMostOthers = 1 << 16;

}  // namespace

void ChangeTape::give_up() {
  fits_ = false;
  chunks_.clear();
  others_ = {};
  times_ = {};
}

bool ChangeTape::make_room() {
  if (size_ == most_changes_) return false;
  try {
    room_ = std::min(kChunkEntries, most_changes_ - size_);
    chunks_.emplace_back().reserve(room_);
    return true;
  } catch (const std::bad_alloc&) {
    return false;  // others need the memory more
  }
}

void ChangeTape::pass_rss(std::uint64_t ticks) {
  while (next_rss_ < rss_.size() && rss_[next_rss_].ticks <= ticks) ++next_rss_;
  times_.emplace_back(size_, ticks);
}

void ChangeTape::add_other(const replay::Change& change) {
  // They are rare, and large.
  if (others_.size() > kMostOthers + size_ / 64) return give_up();
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
