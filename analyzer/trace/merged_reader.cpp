#include "trace/merged_reader.h"

#include <algorithm>
#include <utility>

namespace memline::trace {

MergedReader::MergedReader(const TraceFile& file, std::uint32_t image, const LaneLimits* limits, Damage* damage) {
  for (const LaneBlocks& blocks : file.lanes(image)) {
    LaneLimit limit;
    if (limits != nullptr) {
      const auto found = limits->find(blocks.lane);
      if (found == limits->end()) continue;
      limit = found->second;
    }
    LaneReader reader(file, blocks, limit, damage);
    if (!reader.has_record()) continue;
    lanes_.push_back(std::move(reader));
    push(key_of(lanes_.size() - 1));
  }
}

void MergedReader::push(const Key& key) {
  waiting_.push_back(key);
  std::push_heap(waiting_.begin(), waiting_.end(), [](const Key& a, const Key& b) { return b < a; });
}

void MergedReader::replace_top(const Key& key) {
  std::size_t hole = 0;
  for (;;) {
    std::size_t child = 2 * hole + 1;
    if (child >= waiting_.size()) break;
    if (child + 1 < waiting_.size() && waiting_[child + 1] < waiting_[child]) ++child;
    if (!(waiting_[child] < key)) break;
    waiting_[hole] = waiting_[child];
    hole = child;
  }
  waiting_[hole] = key;
}

}  // namespace memline::trace
