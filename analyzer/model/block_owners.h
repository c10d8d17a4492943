/// \file BlockOwners: whose the memory at an address is: blocks of the heap and mappings, as the replay's steps tell.
/// Memory: one entry for each of them. One thread at a time.
#pragma once

#include <cstdint>
#include <map>

#include "base/strong_id.h"
#include "replay/change.h"

namespace memline::model {

class BlockOwners {
 public:
  void apply(const replay::AddressStep& step);
  /// The stack that allocated or mapped it; none() for what is not known.
  NodeId find(std::uint64_t address) const;
  /// The stack of the block of the heap that ends at most `bytes` before the address, or begins as shortly behind it.
  NodeId find_beside(std::uint64_t address, std::uint64_t bytes) const;

 private:
  struct Range {
    std::uint64_t end = 0;
    NodeId owner;
  };
  using Ranges = std::map<std::uint64_t, Range>;  ///< by begin

  static void put(Ranges& ranges, std::uint64_t begin, std::uint64_t end, NodeId owner);
  static void cut(Ranges& ranges, std::uint64_t begin, std::uint64_t end);
  static NodeId find_in(const Ranges& ranges, std::uint64_t address);

  Ranges blocks_, mappings_;  ///< a block may lie in a mapping, and is then what counts
};

}  // namespace memline::model
