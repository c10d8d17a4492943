/// \file Damage: what could not be read of a trace, with a bounded number of notes that say where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace memline::trace {

inline constexpr std::size_t kMaxDamageNotes = 20;

struct Damage {
  std::uint64_t places = 0;       ///< blocks that were lost in part or wholly, gaps, a cut tail
  std::uint64_t lost_events = 0;  ///< at least
  std::vector<std::string> notes;
  std::uint64_t unnoted = 0;  ///< places beyond kMaxDamageNotes

  bool any() const { return places != 0; }
  /// `what` continues "block at offset N: ".
  void add_block(std::uint64_t offset, const std::string& what, std::uint64_t events_lost);
  void add(std::string note, std::uint64_t events_lost);
};

}  // namespace memline::trace
