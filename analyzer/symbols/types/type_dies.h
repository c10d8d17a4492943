/// \file Types in debug information: their names, their sizes and what lies at an offset. No state; damaged data ends in
/// nothing, loops are bounded.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "symbols/dwarf_file.h"

namespace memline::symbols {

/// Without typedefs, const and the like.
std::optional<Dwarf_Die> bare_type(Dwarf_Die type);
/// DW_AT_type of this DIE or of what it is an instance of.
std::optional<Dwarf_Die> type_of(Dwarf_Die die);
/// What a pointer or reference type points to; nothing for void* and for all other types.
std::optional<Dwarf_Die> pointee_of(Dwarf_Die type);
/// Whether it is a pointer to anything.
bool is_untyped_pointer(Dwarf_Die type);
/// The type of an array's elements; nothing for all other types.
std::optional<Dwarf_Die> element_of(Dwarf_Die type);
/// The scalar at this very offset of a type, through members and elements.
std::optional<Dwarf_Die> scalar_at(Dwarf_Die type, std::uint64_t offset);

/// sizeof, 0 where it is not known.
std::uint64_t size_of(Dwarf_Die type);
/// Whether it is a struct whose last member is an array without bound, or with one that says nothing.
bool is_open_ended(Dwarf_Die type);
/// The type's full name in its usual spelling; "" where it has none.
std::string name_of(DwarfFile& dwarf, Dwarf_Die type);

/// Whether it is a number, a pointer or the like: nothing that has members.
bool is_scalar(Dwarf_Die type);
/// The types of a function's parameters (or of an inlined call's), `this` first.
std::vector<Dwarf_Die> parameter_types(Dwarf_Die function);
/// That of the parameter that is passed in the register of the n-th argument; nothing where that cannot be told.
std::optional<Dwarf_Die> argument_type(Dwarf_Die function, std::size_t number);
/// The number of the one argument that is a void**, of a function whose result is no pointer: a block that it makes can
/// only be left there.
std::optional<std::size_t> out_argument(Dwarf_Die function);

/// The class whose constructor a function (or an inlined call of one) is.
std::optional<Dwarf_Die> constructed_class(DwarfFile& dwarf, Dwarf_Die function);

}  // namespace memline::symbols
