#include "symbols/types/pointer_state.h"

#include <algorithm>
#include <cstddef>

#include "symbols/types/type_dies.h"

namespace memline::symbols {

std::optional<Dwarf_Die> Within::scalar(std::int64_t moved) const {
  const std::optional<Dwarf_Die> element = element_of(type);
  const auto bytes = static_cast<std::int64_t>(size_of(element ? *element : type));
  if (bytes <= 0) return std::nullopt;
  std::int64_t at = offset + moved;
  if (element) at = (at % bytes + bytes) % bytes;
  if (at < 0 || at >= bytes) return std::nullopt;
  return scalar_at(element ? *element : type, static_cast<std::uint64_t>(at));
}

bool PointerState::is_lost() const {
  return slots.empty() && std::none_of(held.begin(), held.end(), [](const auto& one) { return one.has_value(); });
}

void PointerState::forget(Register number) {
  if (number < 0 || number >= kRegisters) return;
  held[static_cast<std::size_t>(number)].reset();
  pointee[static_cast<std::size_t>(number)].reset();
  place[static_cast<std::size_t>(number)].reset();
  inside[static_cast<std::size_t>(number)].reset();
  within[static_cast<std::size_t>(number)].reset();
  value[static_cast<std::size_t>(number)] = 0;
  is_part[static_cast<std::size_t>(number)] = false;
}

bool PointerState::is_of_block(Register number) const {
  if (number < 0 || number >= kRegisters) return false;
  return held[static_cast<std::size_t>(number)].has_value() || is_part[static_cast<std::size_t>(number)];
}

}  // namespace memline::symbols
