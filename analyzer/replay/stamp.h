/// \file Stamp: when memory was acquired, and whether the event filter let that event through. One word, since every
/// live block has one.
#pragma once

#include <cstdint>

namespace memline::replay {

class Stamp {
 public:
  Stamp() = default;
  /// Of `ticks` the highest bit is lost, which only a damaged trace has.
  Stamp(std::uint64_t ticks, bool observed) : packed_((ticks << 1) | (observed ? 1U : 0U)) {}

  std::uint64_t ticks() const { return packed_ >> 1; }
  bool observed() const { return (packed_ & 1) != 0; }

 private:
  std::uint64_t packed_ = 1;
};

}  // namespace memline::replay
