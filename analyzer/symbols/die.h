/// \file Careful reading of single DIEs: what libdw leaves unchecked is checked here. No state.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "symbols/elf_file.h"
#include "symbols/symbol_table.h"

namespace memline::symbols::die {

/// Longest chain of abstract_origin and specification that is followed; compilers need three.
inline constexpr int kMaxOriginSteps = 16;

/// The DIE at an address that libdw gave out before (Dwarf_Die::addr). It stays valid as long as its Dwarf.
Dwarf_Die at(Dwarf_CU* unit, const void* address);

/// Attributes of this DIE itself, not of its origin. "" / nothing if absent or of another form.
std::string_view text(Dwarf_Die die, unsigned attribute);
std::string_view linkage_name(Dwarf_Die die);
std::optional<std::uint64_t> number(Dwarf_Die die, unsigned attribute);
bool flag(Dwarf_Die die, unsigned attribute);
bool has(Dwarf_Die die, unsigned attribute);
std::optional<Dwarf_Die> reference(Dwarf_Die die, unsigned attribute);

/// The DIE itself, then what it is an instance of (abstract_origin), then what that declares (specification).
std::vector<Dwarf_Die> origins(Dwarf_Die die);

/// Where the code of a function begins; of one in several parts that does not say so, where the first of them does, even
/// if that is its cold part. Nothing for other DIEs.
std::optional<std::uint64_t> entry(Dwarf_Die function);
/// What the symbol table calls it there; "" if it knows no name.
std::string_view symbol_name(Dwarf_Die function, const SymbolTable& symbols);

/// Code ranges, without those outside of `sections` (code that the linker threw away).
std::vector<AddressRange> code_ranges(Dwarf_Die die, const std::vector<AddressRange>& sections, std::size_t most);

}  // namespace memline::symbols::die
