#include "replay/mapped_ranges.h"

#include <algorithm>
#include <iterator>

namespace memline::replay {

std::vector<MappedRange> MappedRanges::overlap(std::uint64_t begin, std::uint64_t end) const {
  std::vector<MappedRange> found;
  auto it = ranges_.upper_bound(begin);
  if (it != ranges_.begin() && std::prev(it)->second.end > begin) --it;
  for (; it != ranges_.end() && it->first < end; ++it) {
    MappedRange part = it->second;
    part.begin = std::max(part.begin, begin);
    part.end = std::min(part.end, end);
    if (part.begin < part.end) found.push_back(part);
  }
  return found;
}

std::vector<MappedRange> MappedRanges::take(std::uint64_t begin, std::uint64_t end) {
  std::vector<MappedRange> taken;
  if (begin >= end) return taken;
  split_at(begin);
  split_at(end);
  const auto first = ranges_.lower_bound(begin);
  const auto last = ranges_.lower_bound(end);
  for (auto it = first; it != last; ++it) taken.push_back(it->second);
  ranges_.erase(first, last);
  return taken;
}

void MappedRanges::put(const MappedRange& range) {
  if (range.begin < range.end) ranges_.insert_or_assign(range.begin, range);
}

const MappedRange* MappedRanges::find(std::uint64_t address) const {
  const auto it = ranges_.upper_bound(address);
  if (it == ranges_.begin()) return nullptr;
  const MappedRange& range = std::prev(it)->second;
  return address < range.end ? &range : nullptr;
}

void MappedRanges::split_at(std::uint64_t address) {
  const auto it = ranges_.lower_bound(address);
  if (it == ranges_.begin()) return;
  MappedRange& range = std::prev(it)->second;
  if (range.end <= address) return;
  MappedRange tail = range;
  tail.begin = address;
  range.end = address;
  ranges_.emplace_hint(it, address, tail);
}

}  // namespace memline::replay
