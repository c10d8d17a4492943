#include "replay/block_map.h"

#include <iterator>
#include <utility>

namespace memline::replay {

Block* BlockMap::find_containing(std::uint64_t address) {
  // Mostly the caller's address is a little behind the start of the block: an allocator's header, or an alignment.
  constexpr std::uint64_t kNearBytes = 4096;
  const std::uint64_t start = address & ~std::uint64_t{15};
  if (Block* exact = find(address); exact != nullptr) return exact;
  for (std::uint64_t back = 0; back <= kNearBytes && back < start; back += 16) {
    Block* block = find(start - back);
    if (block != nullptr) return address - block->address < block->bytes ? block : nullptr;
  }
  if (!ordered_) {
    ordered_.emplace();
    for (const Block& block : slots_) {
      if (block.address != 0) ordered_->insert(block.address);
    }
  }
  const auto after = ordered_->upper_bound(address);
  if (after == ordered_->begin()) return nullptr;
  Block* block = find(*std::prev(after));
  return block != nullptr && address - block->address < block->bytes ? block : nullptr;
}

void BlockMap::clear() {
  slots_.assign(kLeastSlots, {});
  shift_ = 64 - 4;
  size_ = 0;
  ordered_.reset();
}

void BlockMap::grow() {
  Slots old(slots_.size() * 2);
  old.swap(slots_);
  --shift_;
  for (const Block& block : old) {
    if (block.address == 0) continue;
    std::size_t slot = home(block.address);
    while (slots_[slot].address != 0) slot = (slot + 1) & mask();
    slots_[slot] = block;
  }
}

}  // namespace memline::replay
