/// \file The hash of a stack: of its end and of all pcs from the root inwards.
#pragma once

#include <cstdint>

#include "unwinder/unwinder.h"

namespace memline::capture {

inline std::uint64_t root_hash(StackEnd end) noexcept {
  return (static_cast<std::uint64_t>(end) + 1) * 0xD6E8FEB86659FD93;
}

/// A bijection of `outer` for a given pc and of pc for a given `outer`, so that stacks which differ in one frame never
/// collide and entropy is not lost with depth.
inline std::uint64_t chain_hash(std::uint64_t outer, std::uint64_t pc, bool exact) noexcept {
  constexpr std::uint64_t kExactBit = std::uint64_t{1} << 63;
  std::uint64_t hash = outer ^ ((exact ? pc | kExactBit : pc) * 0xC2B2AE3D27D4EB4F);
  hash *= 0x9FB21C651E98DF25;
  return hash ^ (hash >> 32);
}

}  // namespace memline::capture
