/// \file PointerState: what the registers and the stack hold at one place of the code: the pointer that is followed, and
/// pointers to what is of a known type. Plain data.
#pragma once

#include <elfutils/libdw.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "symbols/types/instruction.h"

namespace memline::symbols {

/// So many bytes behind the begin of a variable; of an array behind that of any of its elements.
struct Within {
  Dwarf_Die type{};
  std::int64_t offset = 0;

  /// The scalar at so many bytes from there.
  std::optional<Dwarf_Die> scalar(std::int64_t moved) const;
};

struct PointerState {
  std::array<std::optional<std::int64_t>, kRegisters> held{};       ///< the pointer plus this
  std::array<std::optional<Dwarf_Die>, kRegisters> pointee{};       ///< what other pointers point to
  std::map<std::pair<Register, std::int64_t>, std::int64_t> slots;  ///< of the stack, that hold it
  std::map<std::pair<Register, std::int64_t>, Dwarf_Die> saved;     ///< what pointers in the stack point to
  std::array<bool, kRegisters> is_part{};                           ///< somewhere in the block, or behind it
  std::array<std::optional<MemoryOperand>, kRegisters> place{};     ///< of the stack, whose address it is
  std::array<std::optional<Dwarf_Die>, kRegisters> inside{};        ///< what lies there, in what others point to
  std::array<std::optional<Within>, kRegisters> within{};           ///< variables that others point into
  std::array<int, kRegisters> value{};                              ///< the same number, but 0: the same value
  int values = 0;

  bool is_lost() const;
  void forget(Register number);
  bool is_of_block(Register number) const;
};

}  // namespace memline::symbols
