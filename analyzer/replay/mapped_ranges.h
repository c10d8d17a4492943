/// \file MappedRanges: what the program has mapped, as ranges that never overlap.
///
///     0x10000        0x14000    0x18000                 0x30000
///     | live, line A | reserved | live, line B (mprotect) |        file ...
///
/// Any operation may begin or end within a range: the range is then split there. Only kLive ranges count as live
/// memory; the others are kept so that munmap, mprotect, mremap and MAP_FIXED know what they hit. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/strong_id.h"
#include "replay/stamp.h"

namespace memline::replay {

enum class RangeState : std::uint8_t {
  kLive,      ///< accessible private anonymous memory, or the program's own break
  kReserved,  ///< private anonymous, not accessible so far
  kLedger,    ///< shared or of a file: never live
  kPool,      ///< was live, and is now the reserve of a pool
};

struct MappedRange {
  std::uint64_t begin = 0, end = 0;
  RangeState state = RangeState::kLedger;
  NodeId owner = {};  ///< who made it live
  ThreadId thread = {};
  Stamp acquired = {};
  std::uint64_t pool = 0;  ///< where state is kPool

  std::uint64_t bytes() const { return end - begin; }
};

class MappedRanges {
 public:
  /// The parts of all ranges that lie in [begin, end).
  std::vector<MappedRange> overlap(std::uint64_t begin, std::uint64_t end) const;
  /// Takes [begin, end) out and returns what it held.
  std::vector<MappedRange> take(std::uint64_t begin, std::uint64_t end);
  /// There must be nothing at its place.
  void put(const MappedRange& range);
  /// The range that holds the address; null if there is none.
  const MappedRange* find(std::uint64_t address) const;

  template <class Function>
  void for_each(Function&& function) const {
    for (const auto& [begin, range] : ranges_) function(range);
  }
  template <class Function>
  void for_each(Function&& function) {
    for (auto& [begin, range] : ranges_) function(range);
  }

 private:
  using Map = std::map<std::uint64_t, MappedRange>;
  void split_at(std::uint64_t address);

  Map ranges_;  ///< by begin
};

}  // namespace memline::replay
