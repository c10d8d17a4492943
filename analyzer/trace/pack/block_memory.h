/// \file What the event model remembers of the blocks that a chunk's records speak of: those acquired in it, in order,
/// and those released lately, by size. Both sides of the packing keep the same memory. Bounded by the chunk's records.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/glibc_chunk.h"

namespace memline::trace::pack {

inline constexpr std::size_t kSizeClasses = 1024;
constexpr std::uint32_t size_class(std::uint64_t size_bytes) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(glibc_chunk_bytes(size_bytes) / 16, kSizeClasses - 1));
}

/// The blocks acquired in the chunk; 1 is the first, 0 is none.
class Acquired {
 public:
  std::uint32_t add(std::uint64_t address, std::uint32_t size_class) {
    blocks_.push_back({address, size_class, true});
    return last();
  }
  std::uint32_t last() const { return static_cast<std::uint32_t>(blocks_.size()); }
  bool live(std::uint64_t index) const { return index != 0 && index <= blocks_.size() && blocks_[index - 1].live; }
  std::uint64_t address(std::uint32_t index) const { return blocks_[index - 1].address; }
  std::uint32_t size_class(std::uint32_t index) const { return blocks_[index - 1].size_class; }
  void release(std::uint32_t index) { blocks_[index - 1].live = false; }
  /// The nearest live block from `index` on, downwards or upwards; 0 if a few steps do not find one.
  std::uint32_t live_below(std::uint32_t index) const {
    for (unsigned steps = 0; steps < kMostSteps && index != 0; ++steps, --index) {
      if (live(index)) return index;
    }
    return 0;
  }
  std::uint32_t live_above(std::uint32_t index) const {
    for (unsigned steps = 0; steps < kMostSteps && index <= last(); ++steps, ++index) {
      if (live(index)) return index;
    }
    return 0;
  }

 private:
  static constexpr unsigned kMostSteps = 16;
  struct Block {
    std::uint64_t address;
    std::uint32_t size_class;
    bool live;
  };
  std::vector<Block> blocks_;
};

/// The addresses last released, by size class, the latest first: allocators hand them out again in that order.
class FreeLists {
 public:
  static constexpr std::size_t kDepth = 16;

  void push(std::uint32_t size_class, std::uint64_t address) {
    List& list = lists_[size_class];
    list.top = (list.top + 1) % kDepth;
    list.addresses[list.top] = address;
    list.count = std::min(list.count + 1, kDepth);
  }
  std::size_t count(std::uint32_t size_class) const { return lists_[size_class].count; }
  std::uint64_t address(std::uint32_t size_class, std::size_t depth) const {
    const List& list = lists_[size_class];
    return list.addresses[(list.top + kDepth - depth) % kDepth];
  }
  void remove(std::uint32_t size_class, std::size_t depth) {
    List& list = lists_[size_class];
    for (std::size_t i = depth; i > 0; --i) {
      list.addresses[(list.top + kDepth - i) % kDepth] = list.addresses[(list.top + kDepth - i + 1) % kDepth];
    }
    list.top = (list.top + kDepth - 1) % kDepth;
    --list.count;
  }

 private:
  struct List {
    std::size_t top = 0, count = 0;
    std::array<std::uint64_t, kDepth> addresses{};
  };
  std::vector<List> lists_ = std::vector<List>(kSizeClasses);
};

/// Address to block, for the writer alone. Forgets where places collide: that costs bytes, never exactness.
class BlockFinder {
 public:
  explicit BlockFinder(unsigned bits) : mask_((std::size_t{1} << bits) - 1), indices_(mask_ + 1) {}

  void put(std::uint64_t address, std::uint32_t index, const Acquired& blocks) {
    const std::size_t first = place(address);
    std::size_t chosen = first;
    for (std::size_t i = 0; i < kWays; ++i) {
      std::uint32_t& held = indices_[(first + i) & mask_];
      if (held == 0 || blocks.address(held) == address || !blocks.live(held)) {
        chosen = (first + i) & mask_;
        break;
      }
    }
    indices_[chosen] = index;
  }
  /// The live block at `address`, 0 if it is not known.
  std::uint32_t find(std::uint64_t address, const Acquired& blocks) const {
    const std::size_t first = place(address);
    for (std::size_t i = 0; i < kWays; ++i) {
      const std::uint32_t held = indices_[(first + i) & mask_];
      if (held != 0 && blocks.address(held) == address && blocks.live(held)) return held;
    }
    return 0;
  }

 private:
  static constexpr std::size_t kWays = 8;
  /// Neighbours stay neighbours, which the processor's caches like; regions of 256 KiB are spread.
  std::size_t place(std::uint64_t address) const {
    const std::uint64_t unit = address >> 4;
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(unit + ((unit >> 14) * kSpread >> 40)) & mask_;
  }

  std::size_t mask_;
  std::vector<std::uint32_t> indices_;
};

}  // namespace memline::trace::pack
