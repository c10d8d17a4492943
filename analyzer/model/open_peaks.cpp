#include "model/open_peaks.h"

#include <algorithm>

namespace memline::model {

OpenPeaks::Handle OpenPeaks::open(std::int64_t value) {
  entries_.push_back({next_, value});
  return next_++;
}

void OpenPeaks::add(std::int64_t value) {
  if (!entries_.empty()) entries_.back().highest = std::max(entries_.back().highest, value);
}

std::size_t OpenPeaks::index_of(Handle handle) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), handle,
                                      [](const Entry& entry, Handle wanted) { return entry.handle < wanted; });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::int64_t OpenPeaks::highest(Handle handle) const {
  std::size_t i = index_of(handle);
  std::int64_t most = entries_[i].highest;
  for (++i; i < entries_.size(); ++i) most = std::max(most, entries_[i].highest);
  return most;
}

std::int64_t OpenPeaks::close(Handle handle) {
  const std::int64_t most = highest(handle);
  const std::size_t i = index_of(handle);
  if (i > 0) entries_[i - 1].highest = std::max(entries_[i - 1].highest, entries_[i].highest);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  return most;
}

}  // namespace memline::model
