#include "replay/block_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace memline::replay {

void HeldBlock::add_shares(bool temporary, std::vector<OwnerShare>& shares) const {
  std::uint64_t own_bytes = block.bytes;
  for (const Carve& carve : carves) {
    own_bytes -= carve.bytes();
    if (carve.pool == 0) {
      shares.push_back({.owner = carve.owner, .owner_thread = carve.thread, .bytes = carve.bytes()});
    }
  }
  shares.push_back(
      {.owner = block.owner, .owner_thread = block.thread, .bytes = own_bytes, .blocks = 1, .temporary = temporary});
}

std::vector<Carve> BlockStore::take_carves(std::uint64_t block) {
  std::vector<Carve> taken;
  if (carves_.empty()) return taken;
  const auto first = first_carve(block);
  auto last = first;
  for (; is_carve_of(block, last); ++last) taken.push_back(last->second);
  carves_.erase(first, last);
  return taken;
}

void BlockStore::put(HeldBlock&& held) {
  if (blocks_.insert(held.block)) take_carves(held.block.address);
  for (const Carve& carve : held.carves) carves_.insert_or_assign({carve.block, carve.begin}, carve);
}

std::optional<HeldBlock> BlockStore::take(std::uint64_t address) {
  const std::optional<Block> block = blocks_.erase(address);
  if (!block) return std::nullopt;
  return HeldBlock{*block, take_carves(address)};
}

void BlockStore::take_all(std::vector<HeldBlock>& taken) {
  blocks_.for_each([&](const Block& block) { taken.push_back({block, take_carves(block.address)}); });
  blocks_.clear();
  carves_.clear();
}

std::uint64_t BlockStore::reserve(std::uint64_t begin, std::uint64_t end, std::uint64_t pool,
                                  std::vector<OwnerShare>& shares, std::vector<Carve>& others) {
  const Block* block = blocks_.find_containing(begin);
  if (block == nullptr) return 0;
  const std::uint64_t address = block->address;
  if (end - address > block->bytes) end = address + block->bytes;

  // Cut what is carved already at both ends, so that every carve lies wholly inside or outside.
  for (const std::uint64_t cut : {begin, end}) {
    auto it = first_carve(address, cut);
    if (it == carves_.begin() || !is_carve_of(address, std::prev(it))) continue;
    Carve& carve = std::prev(it)->second;
    if (carve.end <= cut) continue;
    Carve tail = carve;
    tail.begin = cut;
    carve.end = cut;
    carves_.emplace(std::pair(address, cut), tail);
  }
  std::uint64_t position = begin;
  const auto reserve_gap = [&](std::uint64_t gap_end) {
    if (position >= gap_end) return;
    shares.push_back({.owner = block->owner, .owner_thread = block->thread, .bytes = gap_end - position});
    carves_.emplace(std::pair(address, position),
                    Carve{.begin = position, .end = gap_end, .block = address, .pool = pool});
  };
  std::vector<std::uint64_t> inside;
  for (auto it = first_carve(address, begin); is_carve_of(address, it) && it->second.begin < end; ++it) {
    inside.push_back(it->second.begin);
  }
  for (const std::uint64_t start : inside) {
    reserve_gap(start);
    Carve& carve = carves_.at({address, start});
    position = carve.end;
    if (carve.pool == 0) {
      shares.push_back({.owner = carve.owner, .owner_thread = carve.thread, .bytes = carve.bytes()});
      carve = Carve{.begin = carve.begin, .end = carve.end, .block = address, .pool = pool};
    } else if (carve.pool != pool) {
      others.push_back(carve);
    }
  }
  reserve_gap(end);
  return address;
}

void BlockStore::give_back(std::uint64_t address, std::uint64_t begin, std::uint64_t end, std::uint64_t pool,
                           const Block& owner, std::uint64_t& acquired_bytes, std::vector<OwnerShare>& handed_over) {
  bool changed = false;
  std::uint64_t returned = 0;
  for (auto it = first_carve(address); is_carve_of(address, it); ++it) {
    Carve& carve = it->second;
    if (carve.pool == pool && carve.begin < end && carve.end > begin) {
      carve.pool = 0;
      carve.owner = owner.owner, carve.thread = owner.thread, carve.acquired = owner.acquired;
      acquired_bytes += carve.bytes();
      changed = true;
    }
    if (carve.pool == 0 && carve.owner == owner.owner && carve.thread == owner.thread) returned += carve.bytes();
  }
  Block* block = changed ? blocks_.find(address) : nullptr;
  if (block == nullptr || returned != block->bytes) return;
  take_carves(address);
  handed_over.push_back({.owner = block->owner, .owner_thread = block->thread, .bytes = 0, .blocks = 1});
  block->owner = owner.owner, block->thread = owner.thread, block->acquired = owner.acquired;
}

bool BlockStore::has_reserve(std::uint64_t address, std::uint64_t begin, std::uint64_t end, std::uint64_t pool) const {
  for (auto it = first_carve(address); is_carve_of(address, it); ++it) {
    const Carve& carve = it->second;
    if (carve.pool == pool && carve.begin < end && carve.end > begin) return true;
  }
  return false;
}

}  // namespace memline::replay
