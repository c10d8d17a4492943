/// \file BlockMap: live blocks by address. A flat hash table with linear probing, since the replay spends its time
/// here: 32 bytes an entry, two to a cache line and none across two, no allocation per block, a removal moves the
/// entries after it back (no tombstones).
///
/// One thread at a time. References are valid until the next insert or erase.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/large_memory.h"
#include "base/strong_id.h"
#include "replay/stamp.h"

namespace memline::replay {

struct Block {
  std::uint64_t address = 0;  ///< 0 marks a free slot: no block lives there
  std::uint64_t bytes = 0;
  Stamp acquired = {};
  NodeId owner = {};
  ThreadId thread = {};
};

class BlockMap {
 public:
  BlockMap() : slots_(kLeastSlots) {}

  std::size_t size() const { return size_; }

  /// for_each() goes through the blocks about in the order of this, however many there are.
  static std::uint64_t hash(std::uint64_t address) {
    // Addresses are multiples of 8 or 16; the high bits of the product depend on all of theirs.
    return (address >> 3) * 0x9e3779b97f4a7c15ULL;
  }

  /// Address must not be 0. An entry that stood there is replaced and returned.
  std::optional<Block> insert(const Block& block) {
    std::size_t slot = home(block.address);
    while (slots_[slot].address != 0) {
      if (slots_[slot].address == block.address) {
        const Block old = slots_[slot];
        slots_[slot] = block;
        return old;
      }
      slot = (slot + 1) & mask();
    }
    fill(slots_[slot], block);
    if (ordered_) ordered_->insert(block.address);
    if (++size_ * 8 > slots_.size() * 5) grow();
    return std::nullopt;
  }

  /// Says that `address` will be asked for soon.
  void prefetch(std::uint64_t address) const { __builtin_prefetch(&slots_[home(address)], 1); }

  Block* find(std::uint64_t address) {
    if (address == 0) return nullptr;
    std::size_t slot = home(address);
    while (slots_[slot].address != 0) {
      if (slots_[slot].address == address) return &slots_[slot];
      slot = (slot + 1) & mask();
    }
    return nullptr;
  }

  std::optional<Block> erase(std::uint64_t address) {
    Block* found = find(address);
    if (found == nullptr) return std::nullopt;
    const Block block = *found;
    close_gap(static_cast<std::size_t>(found - slots_.data()));
    --size_;
    if (ordered_) ordered_->erase(address);
    return block;
  }

  /// The block that holds `address`. The first call that does not find it nearby puts all addresses in order, and from
  /// then on they are kept so.
  Block* find_containing(std::uint64_t address);

  template <class Function>
  void for_each(Function&& function) const {
    for (const Block& block : slots_) {
      if (block.address != 0) function(block);
    }
  }
  template <class Function>
  void for_each(Function&& function) {
    for (Block& block : slots_) {
      if (block.address != 0) function(block);
    }
  }
  void clear();

 private:
  static constexpr std::size_t kLeastSlots = 16;

  /// Each member by itself: a block that its caller has just put together in memory would be read back in larger pieces than it
  /// was written in, for which a processor waits.
  static void fill(Block& slot, const Block& block) {
    slot.address = block.address;
    slot.bytes = block.bytes;
    slot.acquired = block.acquired;
    slot.owner = block.owner;
    slot.thread = block.thread;
  }
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint64_t address) const { return static_cast<std::size_t>(hash(address) >> shift_); }
  void close_gap(std::size_t gap) {
    std::size_t slot = gap;
    for (;;) {
      slot = (slot + 1) & mask();
      if (slots_[slot].address == 0) break;
      // An entry may move to the gap unless its home lies between the gap and itself.
      const std::size_t distance = (slot - home(slots_[slot].address)) & mask();
      if (distance >= ((slot - gap) & mask())) {
        slots_[gap] = slots_[slot];
        gap = slot;
      }
    }
    slots_[gap].address = 0;
  }
  void grow();

  using Slots = std::vector<Block, LargeAllocator<Block>>;
  Slots slots_;
  std::optional<std::set<std::uint64_t>> ordered_;  ///< addresses, once they were needed in order
  std::size_t size_ = 0;
  unsigned shift_ = 64 - 4;
};

}  // namespace memline::replay
