/// \file BlockStore: the live blocks of the heap or of one pool, and the parts of them that were declared as the
/// backing of a pool.
///
///     block of 100 bytes, owner line A
///     |--- 40 live, A ---|--- 60 reserve of pool 1 ---|      live: 40 (what the pool hands out counts in its own
///     store)
///     |--- 40 live, A ---|--- 60 returned, line D ----|      after line D destroyed the pool: 40 of A, 60 of D
///
/// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "replay/block_map.h"
#include "replay/change.h"

namespace memline::replay {

/// A part of a block that is a pool's reserve, or that came back from one.
struct Carve {
  std::uint64_t begin = 0, end = 0;
  std::uint64_t block = 0;  ///< address of the block it is cut from
  std::uint64_t pool = 0;   ///< 0: returned, owned as the following say
  NodeId owner = {};
  ThreadId thread = {};
  Stamp acquired = {};

  std::uint64_t bytes() const { return end - begin; }
};

/// A block that was taken out, with all that belongs to it.
struct HeldBlock {
  Block block;  ///< address 0: none
  std::vector<Carve> carves;

  /// Adds the live bytes of the block, and whose they were.
  void add_shares(bool temporary, std::vector<OwnerShare>& shares) const;
};

class BlockStore {
 public:
  /// The block's address must not be 0. Returns the block that stood there, which is then to be given up.
  std::optional<Block> insert(const Block& block) { return blocks_.insert(block); }
  /// All of a block that another one took the place of.
  HeldBlock give_up(const Block& block) { return {block, take_carves(block.address)}; }
  void put(HeldBlock&& held);
  std::optional<HeldBlock> take(std::uint64_t address);
  const Block* find(std::uint64_t address) { return blocks_.find(address); }
  std::size_t size() const { return blocks_.size(); }
  void prefetch(std::uint64_t address) const { blocks_.prefetch(address); }

  /// take() for as long as has_carves() is false: no part of any block was declared as a backing.
  std::optional<Block> take_whole(std::uint64_t address) { return blocks_.erase(address); }
  bool has_carves() const { return !carves_.empty(); }

  /// Takes every block out; adds their shares.
  void take_all(std::vector<HeldBlock>& taken);

  /// Makes what is live of [begin, end) within the block that holds `begin` the reserve of `pool`, and adds whose it
  /// was to `shares`. Parts that are other pools' reserve stay so and are reported in `others`. Returns the block's
  /// address; 0: no such block.
  std::uint64_t reserve(std::uint64_t begin, std::uint64_t end, std::uint64_t pool, std::vector<OwnerShare>& shares,
                        std::vector<Carve>& others);
  /// Gives the reserve of `pool` in [begin, end) of a block to `owner`. Adds to `acquired_bytes`; a block that becomes the new
  /// owner's as a whole goes to `handed_over`.
  void give_back(std::uint64_t address, std::uint64_t begin, std::uint64_t end, std::uint64_t pool, const Block& owner,
                 std::uint64_t& acquired_bytes, std::vector<OwnerShare>& handed_over);
  bool has_reserve(std::uint64_t address, std::uint64_t begin, std::uint64_t end, std::uint64_t pool) const;

  /// Calls function(block) for every block with the bytes of it that are live and its own, and returned(carve) for the
  /// returned parts.
  template <class Function, class Returned>
  void for_each_live(Function&& function, Returned&& returned) const {
    blocks_.for_each([&](Block block) {
      for (auto it = first_carve(block.address); is_carve_of(block.address, it); ++it) {
        block.bytes -= it->second.bytes();
        if (it->second.pool == 0) returned(it->second);
      }
      function(block);
    });
  }
  /// For changing owners: function(NodeId&, ThreadId&, Stamp&).
  template <class Function>
  void for_each_owner(Function&& function) {
    blocks_.for_each([&](Block& block) { function(block.owner, block.thread, block.acquired); });
    for (auto& [place, carve] : carves_) function(carve.owner, carve.thread, carve.acquired);
  }

 private:
  std::vector<Carve> take_carves(std::uint64_t block);

  /// By block first: where the release of a block is missing, a later one may overlap it.
  using Carves = std::map<std::pair<std::uint64_t, std::uint64_t>, Carve>;  ///< by block and begin

  Carves::const_iterator first_carve(std::uint64_t block, std::uint64_t begin = 0) const {
    return carves_.lower_bound({block, begin});
  }
  Carves::iterator first_carve(std::uint64_t block, std::uint64_t begin = 0) {
    return carves_.lower_bound({block, begin});
  }
  bool is_carve_of(std::uint64_t block, Carves::const_iterator it) const {
    return it != carves_.end() && it->first.first == block;
  }

  BlockMap blocks_;
  Carves carves_;
};

}  // namespace memline::replay
