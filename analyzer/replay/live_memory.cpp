#include "replay/live_memory.h"

#include <utility>

namespace memline::replay {

LiveMemory::Parked& LiveMemory::parked(const Actor& actor) {
  if (actor.lane >= parked_.size()) parked_.resize(actor.lane + 1);
  return parked_[actor.lane];
}

void LiveMemory::put_back(HeldBlock&& held, std::vector<OwnerShare>& vanished) {
  if (heap_.find(held.block.address) != nullptr) {
    held.add_shares(false, vanished);
  } else {
    heap_.put(std::move(held));
  }
}

void LiveMemory::move_begin(const Actor& actor, std::uint64_t address, Effect& effect) {
  HeldBlock& waiting = parked(actor).block;
  // An end that is missing: as far as anybody knows that block is still there.
  if (waiting.block.address != 0) put_back(std::exchange(waiting, {}), effect.vanished);
  if (std::optional<HeldBlock> held = heap_.take(address)) waiting = std::move(*held);
}

void LiveMemory::move_end(const Actor& actor, std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes,
                          Effect& effect) {
  HeldBlock held = std::exchange(parked(actor).block, {});
  if (held.block.address != 0 && (address == 0 || held.block.address != old_address)) {
    put_back(std::move(held), effect.vanished);
    held = {};
  }
  if (address == 0) return;
  if (held.block.address != 0) {
    held.add_shares(is_latest(actor, 0, held.block), effect.released);
  } else {
    effect.unknown_releases = 1;
  }
  acquire_block(heap_, actor, address, bytes, effect);
  effect.change.reallocations = 1;
  finish(actor, {0, address}, effect);
}

void LiveMemory::for_each_live(const std::function<void(const LiveBlock&)>& function) const {
  const auto from_store = [&](const BlockStore& store, BlockKind kind) {
    store.for_each_live(
        [&](const Block& block) {
          function({block.address, block.bytes, block.owner, block.thread, block.acquired.ticks(), kind,
                    block.acquired.observed()});
        },
        [&](const Carve& carve) {
          function({carve.begin, carve.bytes(), carve.owner, carve.thread, carve.acquired.ticks(), BlockKind::kMapping,
                    carve.acquired.observed()});
        });
  };
  const auto from_range = [&](const MappedRange& range) {
    if (range.state != RangeState::kLive) return;
    function({range.begin, range.bytes(), range.owner, range.thread, range.acquired.ticks(), BlockKind::kMapping,
              range.acquired.observed()});
  };
  from_store(heap_, BlockKind::kHeap);
  for (const auto& [number, pool] : pools_) from_store(pool.store, BlockKind::kPool);
  ranges_.for_each(from_range);
  for (const Parked& parked : parked_) {
    for (const MappedRange& range : parked.ranges) from_range(range);
    if (parked.block.block.address == 0) continue;
    BlockStore alone;
    alone.put(HeldBlock(parked.block));
    from_store(alone, BlockKind::kHeap);
  }
}

template <class Function>
void LiveMemory::for_each_owner(Function&& function) {
  heap_.for_each_owner(function);
  for (auto& [number, pool] : pools_) pool.store.for_each_owner(function);
  ranges_.for_each([&](MappedRange& range) { function(range.owner, range.thread, range.acquired); });
}

void LiveMemory::become_childs(const std::vector<NodeId>& nodes) {
  std::vector<OwnerShare> gone;
  for (Parked& parked : parked_) {
    if (parked.block.block.address != 0) {
      moving_at_fork_.insert(parked.block.block.address);
      put_back(std::move(parked.block), gone);
    }
    restore_ranges(parked, gone);
  }
  parked_.clear();
  latest_.clear();
  for_each_owner([&](NodeId& owner, ThreadId& thread, Stamp& /*acquired*/) {
    owner = owner.index() < nodes.size() ? nodes[owner.index()] : kUnknownStack;
    thread = ThreadId{std::size_t{0}};
  });
}

void LiveMemory::set_observed(bool observed) {
  for_each_owner([observed](NodeId& /*owner*/, ThreadId& /*thread*/, Stamp& acquired) {
    acquired = {acquired.ticks(), observed};
  });
}

}  // namespace memline::replay
