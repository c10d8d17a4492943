// LiveMemory: pools.
#include <algorithm>
#include <tuple>
#include <utility>

#include "replay/live_memory.h"

namespace memline::replay {
namespace {

/// Pools within pools deeper than this are not followed.
constexpr int kMaxNesting = 16;

}  // namespace

BlockStore* LiveMemory::store_of(std::uint64_t pool) {
  if (pool == 0) return &heap_;
  const auto found = pools_.find(pool);
  return found == pools_.end() ? nullptr : &found->second.store;
}

bool LiveMemory::backing_in_use(const Backing& backing, std::uint64_t pool) {
  if (backing.mapped) {
    const std::vector<MappedRange> ranges = ranges_.overlap(backing.begin, backing.end);
    return std::any_of(ranges.begin(), ranges.end(), [&](const MappedRange& range) {
      return range.state == RangeState::kPool && range.pool == pool;
    });
  }
  const BlockStore* store = store_of(backing.store);
  return store != nullptr && store->has_reserve(backing.block, backing.begin, backing.end, pool);
}

void LiveMemory::add_backing(Pool& pool, std::uint64_t number, const Backing& backing) {
  // Backings that the program freed under the pool must not pile up.
  if (pool.backings.size() >= pool.prune_at) {
    std::erase_if(pool.backings, [&](const Backing& old) { return !backing_in_use(old, number); });
    pool.prune_at = std::max<std::size_t>(64, 2 * pool.backings.size());
  }
  pool.backings.push_back(backing);
}

/// `part` is the reserve of one pool, and memory for another: it comes out of the first one's block there.
void LiveMemory::reserve_in_pool(const Carve& part, std::uint64_t pool, int depth, Effect& effect) {
  BlockStore* store = part.pool == pool || depth > kMaxNesting ? nullptr : store_of(part.pool);
  if (store == nullptr) return;
  std::vector<Carve> others;
  const std::uint64_t block = store->reserve(part.begin, part.end, pool, effect.released, others);
  if (block == 0) return;
  add_backing(pools_[pool], pool, {.store = part.pool, .block = block, .begin = part.begin, .end = part.end});
  for (const Carve& other : others) reserve_in_pool(other, pool, depth + 1, effect);
}

void LiveMemory::pool_backing(const Actor& actor, std::uint64_t pool, std::uint64_t address, std::uint64_t length,
                              Effect& effect) {
  const std::uint64_t end = address + length;
  if (pool == 0 || end <= address) return;
  const std::vector<MappedRange> ranges = ranges_.overlap(address, end);
  for (const MappedRange& range : ranges) {
    if (range.state == RangeState::kPool && range.pool != pool) {
      reserve_in_pool({.begin = range.begin, .end = range.end, .pool = range.pool}, pool, 0, effect);
    }
    if (range.state != RangeState::kLive) continue;
    effect.released.push_back({.owner = range.owner, .owner_thread = range.thread, .bytes = range.bytes()});
    MappedRange reserve = range;
    reserve.state = RangeState::kPool;
    reserve.pool = pool;
    ranges_.take(range.begin, range.end);
    ranges_.put(reserve);
  }
  if (!ranges.empty()) {
    add_backing(pools_[pool], pool, {.mapped = true, .begin = address, .end = end});
  } else {
    std::vector<Carve> others;
    if (const std::uint64_t block = heap_.reserve(address, end, pool, effect.released, others)) {
      add_backing(pools_[pool], pool, {.block = block, .begin = address, .end = end});
      for (const Carve& other : others) reserve_in_pool(other, pool, 0, effect);
    }
  }
  if (!effect.released.empty()) finish(actor, {}, effect);
}

void LiveMemory::pool_acquire(const Actor& actor, std::uint64_t pool, std::uint64_t address, std::uint64_t bytes,
                              Effect& effect) {
  if (pool == 0 || address == 0) return;
  acquire_block(pools_[pool].store, actor, address, bytes, effect);
  effect.change.allocations = 1;
  finish(actor, {pool, address}, effect);
}

void LiveMemory::pool_move(const Actor& actor, std::uint64_t pool, std::uint64_t old_address, std::uint64_t address,
                           std::uint64_t bytes, Effect& effect) {
  if (old_address == 0) return pool_acquire(actor, pool, address, bytes, effect);
  if (address == 0) return pool_release(actor, pool, old_address, effect);
  if (pool == 0) return;
  BlockStore& store = pools_[pool].store;
  if (const std::optional<HeldBlock> held = store.take(old_address)) {
    held->add_shares(is_latest(actor, pool, held->block), effect.released);
  } else {
    effect.unknown_releases = 1;
  }
  acquire_block(store, actor, address, bytes, effect);
  effect.change.reallocations = 1;
  finish(actor, {pool, address}, effect);
}

void LiveMemory::pool_release(const Actor& actor, std::uint64_t pool, std::uint64_t address, Effect& effect) {
  if (pool == 0 || address == 0) return;
  BlockStore* store = store_of(pool);
  const std::optional<HeldBlock> held = store != nullptr ? store->take(address) : std::nullopt;
  if (!held) {
    effect.unknown_releases = 1;
    return;
  }
  held->add_shares(is_latest(actor, pool, held->block), effect.released);
  effect.change.frees = 1;
  finish(actor, {}, effect);
}

/// One free each; the shares of one owner are put together, for there may be very many.
void LiveMemory::release_pool_blocks(const Actor& actor, std::uint64_t number, Pool& pool, Effect& effect) {
  std::vector<HeldBlock> blocks;
  pool.store.take_all(blocks);
  std::vector<OwnerShare> shares;
  for (const HeldBlock& held : blocks) held.add_shares(is_latest(actor, number, held.block), shares);
  const auto key = [](const OwnerShare& share) { return std::tuple(share.owner, share.owner_thread, share.temporary); };
  std::sort(shares.begin(), shares.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  for (const OwnerShare& share : shares) {
    if (!effect.released.empty() && key(effect.released.back()) == key(share)) {
      effect.released.back().bytes += share.bytes;
      effect.released.back().blocks += share.blocks;
    } else {
      effect.released.push_back(share);
    }
  }
  effect.change.frees = static_cast<std::uint32_t>(blocks.size());
}

void LiveMemory::pool_reset(const Actor& actor, std::uint64_t pool, Effect& effect) {
  const auto found = pools_.find(pool);
  if (found == pools_.end() || found->second.store.size() == 0) return;
  release_pool_blocks(actor, pool, found->second, effect);
  finish(actor, {}, effect);
}

void LiveMemory::pool_destroy(const Actor& actor, std::uint64_t pool, Effect& effect) {
  const auto found = pools_.find(pool);
  if (found == pools_.end()) return;
  release_pool_blocks(actor, pool, found->second, effect);
  const std::vector<Backing> backings = std::move(found->second.backings);
  pools_.erase(found);

  const Block owner{.acquired = actor.stamp(), .owner = actor.stack, .thread = actor.thread};
  std::vector<OwnerShare> handed_over;
  for (const Backing& backing : backings) {
    if (!backing.mapped) {
      BlockStore* store = store_of(backing.store);
      if (store == nullptr) continue;
      store->give_back(backing.block, backing.begin, backing.end, pool, owner, effect.change.acquired_bytes,
                       handed_over);
      continue;
    }
    for (const MappedRange& range : ranges_.overlap(backing.begin, backing.end)) {
      if (range.state != RangeState::kPool || range.pool != pool) continue;
      ranges_.take(range.begin, range.end);
      add_live_range(actor, range.begin, range.end, RangeState::kLive, effect);
    }
  }
  effect.change.acquired_blocks = static_cast<std::uint32_t>(handed_over.size());
  effect.released.insert(effect.released.end(), handed_over.begin(), handed_over.end());
  if (effect.change.frees != 0 || effect.change.acquired_bytes != 0) finish(actor, {}, effect);
}

}  // namespace memline::replay
