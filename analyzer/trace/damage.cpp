#include "trace/damage.h"

#include <utility>

namespace memline::trace {

void Damage::add_block(std::uint64_t offset, const std::string& what, std::uint64_t events_lost) {
  add("block at offset " + std::to_string(offset) + ": " + what, events_lost);
}

void Damage::add(std::string note, std::uint64_t events_lost) {
  ++places;
  lost_events += events_lost;
  if (notes.size() < kMaxDamageNotes) {
    notes.push_back(std::move(note));
  } else {
    ++unnoted;
  }
}

}  // namespace memline::trace
