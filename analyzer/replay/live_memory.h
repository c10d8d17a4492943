/// \file LiveMemory: the heap, the mappings and the pools of a process at one moment of the replay, and what each event
/// does to them.
///
/// A method applies one event and describes it in `effect`; where nothing happened (a failed call, a release of what
/// was never seen) effect.happened stays false. Between the begin and the end of a realloc or mremap the memory is
/// parked: it has no address but still counts. Copyable: a forked child starts with its parent's. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "replay/block_store.h"
#include "replay/change.h"
#include "replay/mapped_ranges.h"
#include "replay/replay.h"

namespace memline::replay {

/// Who does something, and when.
struct Actor {
  std::uint64_t ticks = 0;
  ThreadId thread = {};
  NodeId stack = {};
  std::size_t lane = 0;  ///< where begin and end of a move are paired
  bool observed = true;  ///< the event filter lets it through

  Stamp stamp() const { return {ticks, observed}; }
};

/// Reused from event to event, so that its vectors keep their room.
struct Effect {
  bool happened = false;
  Change change;
  std::vector<OwnerShare> released;
  std::vector<OwnerShare> vanished;  ///< blocks whose release is missing
  bool moved_at_fork = false;        ///< these were moved by a thread that was not forked, and nothing is missing
  std::uint32_t unknown_releases = 0;

  void reset();
};

class LiveMemory {
 public:
  void set_page_bytes(std::uint64_t bytes) { page_bytes_ = bytes; }

  /// Says that the heap block at `address` will be acquired or released soon.
  void prefetch(std::uint64_t address) const { heap_.prefetch(address); }

  void acquire(const Actor& actor, std::uint64_t address, std::uint64_t bytes, Effect& effect);
  void release(const Actor& actor, std::uint64_t address, Effect& effect);
  void move_begin(const Actor& actor, std::uint64_t address, Effect& effect);
  void move_end(const Actor& actor, std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes,
                Effect& effect);

  /// `state` is that of a fresh mapping: kLive, kReserved or kLedger. `replaces`: MAP_FIXED.
  void map(const Actor& actor, std::uint64_t address, std::uint64_t length, RangeState state, bool replaces,
           Effect& effect);
  void unmap(const Actor& actor, std::uint64_t address, std::uint64_t length, Effect& effect);
  void make_accessible(const Actor& actor, std::uint64_t address, std::uint64_t length, Effect& effect);
  void remap_begin(const Actor& actor, std::uint64_t address, std::uint64_t length, Effect& effect);
  /// `address` 0: the call failed.
  void remap_end(const Actor& actor, std::uint64_t old_address, std::uint64_t old_length, std::uint64_t address,
                 std::uint64_t length, bool keeps_old, bool replaces, Effect& effect);
  void move_break(const Actor& actor, std::uint64_t old_break, std::uint64_t new_break, Effect& effect);

  void pool_backing(const Actor& actor, std::uint64_t pool, std::uint64_t address, std::uint64_t length,
                    Effect& effect);
  void pool_acquire(const Actor& actor, std::uint64_t pool, std::uint64_t address, std::uint64_t bytes, Effect& effect);
  void pool_move(const Actor& actor, std::uint64_t pool, std::uint64_t old_address, std::uint64_t address,
                 std::uint64_t bytes, Effect& effect);
  void pool_release(const Actor& actor, std::uint64_t pool, std::uint64_t address, Effect& effect);
  void pool_reset(const Actor& actor, std::uint64_t pool, Effect& effect);
  void pool_destroy(const Actor& actor, std::uint64_t pool, Effect& effect);

  /// Every live block, parked ones included.
  void for_each_live(const std::function<void(const LiveBlock&)>& function) const;

  /// Turns the parent's memory at a fork into the child's: what other threads were moving is back where it was (or, as
  /// soon as the child's allocator hands out that place, was moved before the fork), and every owner becomes
  /// `nodes[owner]`, thread 0.
  void become_childs(const std::vector<NodeId>& nodes);
  /// Says of everything live whether the event filter lets its acquisition through.
  void set_observed(bool observed);

 private:
  /// function(NodeId&, ThreadId&, Stamp&) for everything that has an owner; nothing may be parked.
  template <class Function>
  void for_each_owner(Function&& function);
  /// Where a pool got memory from; some of it may have been freed since.
  struct Backing {
    std::uint64_t store = 0;  ///< pool whose block it is; 0: the heap
    bool mapped = false;
    std::uint64_t block = 0;  ///< where that block begins
    std::uint64_t begin = 0, end = 0;
  };
  /// Puts a block back whose move did not end well. Where another one stands by now, it has gone without a release.
  void put_back(HeldBlock&& held, std::vector<OwnerShare>& vanished);
  struct Pool {
    BlockStore store;
    std::vector<Backing> backings;
    std::size_t prune_at = 64;
  };
  /// The block that was a thread's last event: releasing it next makes it a temporary.
  struct Latest {
    std::uint64_t pool = 0, address = 0;
  };
  /// What a lane has between begin and end.
  struct Parked {
    HeldBlock block;
    std::vector<MappedRange> ranges;
    std::uint64_t ranges_begin = 0;
  };

  std::uint64_t page_down(std::uint64_t address) const { return address & ~(page_bytes_ - 1); }
  /// End of the pages that [address, address + length) touches; `address` itself where there are none or too many.
  std::uint64_t pages_end(std::uint64_t address, std::uint64_t length) const;

  bool is_latest(const Actor& actor, std::uint64_t pool, const Block& block) const;
  void set_latest(const Actor& actor, Latest latest);
  Parked& parked(const Actor& actor);

  bool was_moving_at_fork(const BlockStore& store, std::uint64_t address) {
    return !moving_at_fork_.empty() && &store == &heap_ && moving_at_fork_.erase(address) != 0;
  }
  void acquire_block(BlockStore& store, const Actor& actor, std::uint64_t address, std::uint64_t bytes, Effect& effect);
  void add_live_range(const Actor& actor, std::uint64_t begin, std::uint64_t end, RangeState state, Effect& effect);
  void drop_ranges(std::uint64_t begin, std::uint64_t end, bool charged, Effect& effect);
  /// Puts what an mremap moved where it is now, as its own.
  void put_moved(const Actor& actor, const std::vector<MappedRange>& old, std::uint64_t old_begin, std::uint64_t begin,
                 std::uint64_t end, Effect& effect);
  void restore_ranges(Parked& parked, std::vector<OwnerShare>& vanished);
  void finish(const Actor& actor, Latest latest, Effect& effect);
  BlockStore* store_of(std::uint64_t pool);
  void reserve_in_pool(const Carve& part, std::uint64_t pool, int depth, Effect& effect);
  void add_backing(Pool& pool, std::uint64_t number, const Backing& backing);
  bool backing_in_use(const Backing& backing, std::uint64_t pool);
  void release_pool_blocks(const Actor& actor, std::uint64_t number, Pool& pool, Effect& effect);

  BlockStore heap_;
  MappedRanges ranges_;
  std::unordered_map<std::uint64_t, Pool> pools_;
  std::vector<Parked> parked_;                        ///< by lane
  std::unordered_set<std::uint64_t> moving_at_fork_;  ///< addresses of blocks that other threads were moving then
  std::vector<Latest> latest_;                        ///< by thread
  std::uint64_t page_bytes_ = 4096;
};

inline void Effect::reset() {
  happened = false;
  change = {};
  released.clear();
  vanished.clear();
  moved_at_fork = false;
  unknown_releases = 0;
}

inline bool LiveMemory::is_latest(const Actor& actor, std::uint64_t pool, const Block& block) const {
  if (block.thread != actor.thread || actor.thread.index() >= latest_.size()) return false;
  const Latest& latest = latest_[actor.thread.index()];
  return latest.address == block.address && latest.pool == pool;
}

inline void LiveMemory::set_latest(const Actor& actor, Latest latest) {
  if (actor.thread.none()) return;
  if (actor.thread.index() >= latest_.size()) latest_.resize(actor.thread.index() + 1);
  latest_[actor.thread.index()] = latest;
}

inline void LiveMemory::finish(const Actor& actor, Latest latest, Effect& effect) {
  effect.happened = true;
  Change& change = effect.change;
  change.ticks = actor.ticks;
  change.thread = actor.thread;
  change.stack = actor.stack;
  for (const OwnerShare& share : effect.released) change.released_bytes += share.bytes;
  change.released = effect.released;
  set_latest(actor, latest);
}

inline void LiveMemory::acquire_block(BlockStore& store, const Actor& actor, std::uint64_t address, std::uint64_t bytes,
                                      Effect& effect) {
  const Block block{
      .address = address, .bytes = bytes, .acquired = actor.stamp(), .owner = actor.stack, .thread = actor.thread};
  if (const std::optional<Block> missed = store.insert(block)) {
    store.give_up(*missed).add_shares(false, effect.vanished);
    effect.moved_at_fork = was_moving_at_fork(store, address);
  }
  effect.change.acquired_bytes += bytes;
  effect.change.acquired_blocks += 1;
}

inline void LiveMemory::acquire(const Actor& actor, std::uint64_t address, std::uint64_t bytes, Effect& effect) {
  if (address == 0) return;
  acquire_block(heap_, actor, address, bytes, effect);
  effect.change.allocations = 1;
  finish(actor, {0, address}, effect);
}

inline void LiveMemory::release(const Actor& actor, std::uint64_t address, Effect& effect) {
  if (address == 0) return;
  if (!heap_.has_carves()) {
    const std::optional<Block> block = heap_.take_whole(address);
    if (!block) {
      effect.unknown_releases = 1;
      return;
    }
    effect.released.push_back({.owner = block->owner,
                               .owner_thread = block->thread,
                               .bytes = block->bytes,
                               .blocks = 1,
                               .temporary = is_latest(actor, 0, *block)});
  } else {
    const std::optional<HeldBlock> held = heap_.take(address);
    if (!held) {
      effect.unknown_releases = 1;
      return;
    }
    held->add_shares(is_latest(actor, 0, held->block), effect.released);
  }
  effect.change.frees = 1;
  finish(actor, {}, effect);
}

}  // namespace memline::replay
