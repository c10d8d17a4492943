/// \file EventModel: foretells the fields of a record from those before it, so that only surprises need bytes.
///
/// Packing and unpacking run the same code, with a ColumnWriter or a ColumnReader as Port, and so keep the same memory.
/// A *rank* says which of a few foretold values is right; rank 0 that none is, and the value follows in a column of its
/// own. Runs of equal ranks, which is what loops make, cost zstd next to nothing. What is foretold:
///
/// - the site of the next record (its type, stack and origin): what followed the last three sites, then the last one;
/// - a size: the last ones of the site; the usable size: the last one of the size class;
/// - where a block is put: where blocks of its size were released last; behind the last one that was put at no such
///   place; where anything was released last;
/// - which block is released: the latest that lives; as many acquisitions old as the last one that this site released;
///   the neighbours, in order of acquisition, of that one. Else its distance, counted in acquisitions;
/// - a stack's frames: what was called from the same frame before.
///
/// Bounded by the chunk: the tables by its bytes, the blocks by its records. Nothing is trusted: whatever the columns
/// say, no table is left. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "memline/trace_format.h"
#include "trace/pack/block_memory.h"
#include "trace/pack/columns.h"

namespace memline::trace::pack {

/// What tells one kind of record from another.
struct Site {
  /// In place of the origin: the record stands in Column::kVerbatim, coded as in its block.
  static constexpr std::uint8_t kVerbatim = 0xff;

  RecordType type = RecordType::kInvalid;
  std::uint8_t origin = 0;
  std::uint32_t stack = 0;

  std::uint64_t key() const {
    return static_cast<std::uint64_t>(type) | std::uint64_t{origin} << 8 | std::uint64_t{stack} << 16;
  }
  static Site of(std::uint64_t key) {
    return {static_cast<RecordType>(key & 0xff), static_cast<std::uint8_t>(key >> 8),
            static_cast<std::uint32_t>(key >> 16)};
  }
};

class EventModel {
 public:
  /// `payload_bytes`: of all blocks of the chunk; both sides must say the same. `packs`: blocks can be found by address.
  EventModel(std::size_t payload_bytes, bool packs)
      : bits_(std::clamp(static_cast<unsigned>(std::bit_width(payload_bytes >> 6)), 8U, 13U)),
        after_three_(std::size_t{1} << bits_),
        after_one_(std::size_t{1} << bits_),
        sizes_(std::size_t{1} << bits_),
        releases_(std::size_t{1} << bits_),
        children_(std::size_t{1} << bits_),
        frames_(std::size_t{1} << bits_),
        finder_(packs ? std::clamp(static_cast<unsigned>(std::bit_width(payload_bytes >> 3)), 8U, 20U) : 0) {}

  template <class Port>
  void site(Port& port, Site& site);
  template <class Port>
  void size(Port& port, const Site& site, std::uint64_t& size_bytes);
  template <class Port>
  void usable(Port& port, std::uint64_t size_bytes, std::uint64_t& usable_bytes);
  template <class Port>
  void acquire(Port& port, std::uint64_t size_bytes, std::uint64_t& address);
  template <class Port>
  void release(Port& port, const Site& site, std::uint64_t& address);
  template <class Port>
  void stack(Port& port, Stack& stack);

 private:
  struct Pair {
    std::uint64_t first = 0, second = 0;
    void put(std::uint64_t value) {
      if (first == value) return;
      second = first;
      first = value;
    }
  };
  struct LastRelease {
    std::uint32_t index = 0, distance = 0;
  };

  std::size_t slot(std::uint64_t key) const {
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(key * kSpread >> (64 - bits_));
  }
  /// Codes which of `foretold` the value is. False: none, and the value has to be coded by the caller.
  template <class Port, std::size_t N>
  static bool rank(Port& port, Column column, const std::array<std::uint64_t, N>& foretold, std::uint64_t& value) {
    std::uint8_t rank = 0;
    if constexpr (Port::kWrites) {
      for (std::size_t i = 0; i < N && rank == 0; ++i) {
        if (foretold[i] == value) rank = static_cast<std::uint8_t>(i + 1);
      }
    }
    port.byte(column, rank);
    if (rank == 0 || rank > N) return false;
    value = foretold[rank - 1U];
    return true;
  }
  /// An address, by its distance from `last`.
  template <class Port>
  static void place(Port& port, Column column, std::uint64_t& last, std::uint64_t& address);

  std::uint32_t release_candidate(std::uint8_t rank, const LastRelease& last) const;

  unsigned bits_;
  std::vector<Pair> after_three_, after_one_, sizes_;
  std::array<std::uint64_t, 3> history_{};
  std::array<std::uint64_t, kSizeClasses> usable_of_{};
  Acquired blocks_;
  FreeLists free_;
  std::vector<LastRelease> releases_;
  std::vector<Pair> children_;         ///< by the calling frame
  std::vector<std::uint64_t> frames_;  ///< by stack id; an older stack's where ids collide
  BlockFinder finder_;
  std::uint64_t last_place_ = 0, next_place_ = 0, last_released_ = 0, last_release_place_ = 0, last_offset_ = 0;
  std::uint32_t last_stack_ = 0;  ///< the id defined last
};

template <class Port>
void EventModel::site(Port& port, Site& site) {
  Pair& three = after_three_[slot(history_[0] + (history_[1] << 20) + history_[2] * 0x5851f42d4c957f2d)];
  Pair& one = after_one_[slot(history_[0])];
  std::uint64_t key = site.key();
  if (rank(port, Column::kSite, std::array{three.first, three.second, one.first, one.second}, key)) {
    site = Site::of(key);
  } else {
    auto type = static_cast<std::uint8_t>(site.type);
    port.byte(Column::kNewSite, type);
    port.byte(Column::kNewSite, site.origin);
    std::uint64_t distance = zigzag(
        static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(last_stack_ - site.stack))));
    port.number(Column::kNewStack, distance);
    site.type = static_cast<RecordType>(type);
    site.stack = last_stack_ - static_cast<std::uint32_t>(unzigzag(distance));
    key = site.key();
  }
  three.put(key);
  one.put(key);
  history_ = {key, history_[0], history_[1]};
}

template <class Port>
void EventModel::size(Port& port, const Site& site, std::uint64_t& size_bytes) {
  Pair& last = sizes_[slot(site.key())];
  if (!rank(port, Column::kSizeRank, std::array{last.first, last.second}, size_bytes)) {
    port.number(Column::kSize, size_bytes);
  }
  last.put(size_bytes);
}

template <class Port>
void EventModel::usable(Port& port, std::uint64_t size_bytes, std::uint64_t& usable_bytes) {
  std::uint64_t& last = usable_of_[size_class(size_bytes)];
  if (!rank(port, Column::kSizeRank, std::array{last}, usable_bytes)) port.number(Column::kSize, usable_bytes);
  last = usable_bytes;
}

template <class Port>
void EventModel::place(Port& port, Column column, std::uint64_t& last, std::uint64_t& address) {
  std::uint64_t low = address & 15;
  std::uint64_t coded = zigzag((address >> 4) - (last >> 4)) << 1 | (low != 0 ? 1 : 0);
  port.number(column, coded);
  if ((coded & 1) != 0) port.number(column, low);
  if constexpr (!Port::kWrites) address = ((last >> 4) + unzigzag(coded >> 1)) << 4 | ((coded & 1) != 0 ? low & 15 : 0);
  last = address;
}

template <class Port>
void EventModel::acquire(Port& port, std::uint64_t size_bytes, std::uint64_t& address) {
  // ranks: 1 behind the last, 2 where anything was released last, 3 + depth in the list of the size class
  constexpr std::uint8_t kBehind = 1, kReleased = 2, kListed = 3;
  const std::uint32_t list = size_class(size_bytes);
  const std::size_t listed = free_.count(list);
  std::uint8_t rank = 0;
  if constexpr (Port::kWrites) {
    for (std::size_t depth = 0; depth < listed && rank == 0; ++depth) {
      if (free_.address(list, depth) == address) rank = static_cast<std::uint8_t>(kListed + depth);
    }
    if (rank == 0 && address == next_place_) rank = kBehind;
    if (rank == 0 && address == last_released_) rank = kReleased;
  }
  port.byte(Column::kPlaceRank, rank);
  if (rank >= kListed) {
    const std::size_t depth = rank - std::size_t{kListed};
    if (depth < listed) {
      address = free_.address(list, depth);
      free_.remove(list, depth);
    }
    last_place_ = address;
  } else {
    if (rank == kBehind) address = next_place_;
    if (rank == kReleased) address = last_released_;
    if (rank == 0) {
      place(port, Column::kPlace, last_place_, address);
    } else {
      last_place_ = address;
    }
    if (rank != kReleased) next_place_ = address + glibc_chunk_bytes(size_bytes);
  }
  const std::uint32_t index = blocks_.add(address, list);
  if constexpr (Port::kWrites) finder_.put(address, index, blocks_);
}

inline std::uint32_t EventModel::release_candidate(std::uint8_t rank, const LastRelease& last) const {
  switch (rank) {
    case 1:
      return blocks_.live_below(blocks_.last());
    case 2:
      return last.distance < blocks_.last() ? blocks_.last() - last.distance : 0;
    case 3:
      return last.index != 0 ? blocks_.live_above(last.index + 1) : 0;
    case 4:
      return last.index != 0 ? blocks_.live_below(last.index - 1) : 0;
    default:
      return 0;
  }
}

template <class Port>
void EventModel::release(Port& port, const Site& site, std::uint64_t& address) {
  constexpr std::uint8_t kForetold = 4, kByDistance = 5;
  LastRelease& last = releases_[slot(site.key())];
  std::uint32_t index = 0;
  std::uint8_t rank = 0;
  if constexpr (Port::kWrites) {
    index = finder_.find(address, blocks_);
    if (index != 0) {
      rank = 1;
      while (rank <= kForetold && release_candidate(rank, last) != index) ++rank;
    }
  }
  port.byte(Column::kReleaseRank, rank);
  if (rank == kByDistance) {
    std::uint64_t distance = blocks_.last() - index;
    port.number(Column::kDistance, distance);
    if constexpr (!Port::kWrites) {
      index = distance < blocks_.last() ? blocks_.last() - static_cast<std::uint32_t>(distance) : 0;
    }
  } else if constexpr (!Port::kWrites) {
    index = release_candidate(rank, last);
  }
  if (rank == 0) {
    place(port, Column::kReleasePlace, last_release_place_, address);
  } else if (blocks_.live(index)) {
    address = blocks_.address(index);
    blocks_.release(index);
    free_.push(blocks_.size_class(index), address);
    last = {index, blocks_.last() - index};
  } else if constexpr (!Port::kWrites) {
    port.fail();
  }
  last_released_ = address;
}

template <class Port>
void EventModel::stack(Port& port, Stack& stack) {
  std::uint64_t first = stack.first_id - last_stack_, parent = stack.first_id - stack.parent;
  auto end = static_cast<std::uint8_t>(stack.end);
  std::uint64_t count = stack.count;
  port.number(Column::kStackHead, first);
  port.number(Column::kStackHead, parent);
  port.byte(Column::kStackHead, end);
  port.number(Column::kStackHead, count);
  if constexpr (!Port::kWrites) {
    stack.first_id = last_stack_ + static_cast<std::uint32_t>(first);
    stack.parent = stack.first_id - static_cast<std::uint32_t>(parent);
    stack.end = static_cast<StackEnd>(end);
    if (count > kMaxFramesPerRecord) {
      port.fail();
      count = 0;
    }
    stack.count = static_cast<std::uint32_t>(count);
  }
  const std::size_t mask = frames_.size() - 1;
  std::uint64_t caller = stack.parent == 0 ? 0 : frames_[stack.parent & mask];
  for (std::uint32_t i = 0; i < stack.count; ++i) {
    FrameRef& frame = stack.frames[i];
    Pair& children = children_[slot(caller)];
    std::uint64_t key = frame.offset << 16 | std::uint64_t{frame.module} << 1 | (frame.exact ? 1 : 0);
    if (!rank(port, Column::kFrameRank, std::array{children.first, children.second}, key)) {
      std::uint64_t module = key & 0xffff, offset = zigzag(frame.offset - last_offset_);
      port.number(Column::kFrameModule, module);
      port.number(Column::kFrameOffset, offset);
      key = (last_offset_ + unzigzag(offset)) << 16 | (module & 0xffff);
    }
    if constexpr (!Port::kWrites) frame = {static_cast<std::uint32_t>(key >> 1 & 0x7fff), key >> 16, (key & 1) != 0};
    children.put(key);
    last_offset_ = key >> 16;
    caller = key;
    frames_[(stack.first_id + i) & mask] = key;
  }
  last_stack_ = stack.first_id + stack.count - 1;
}

/// Whether EventModel::stack() has room for its numbers.
inline bool fits_model(const Stack& stack) {
  if (stack.count == 0) return false;
  return std::all_of(stack.frames.begin(), stack.frames.begin() + stack.count, [](const FrameRef& frame) {
    return frame.module < (1U << 15) && frame.offset < (std::uint64_t{1} << 48);
  });
}

}  // namespace memline::trace::pack
