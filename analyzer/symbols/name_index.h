/// \file NameIndex: every function that has code in the debug information of one module, by plain name.
///
/// Making it reads all units once; it keeps no more of them than a pointer for each function and the units it has code
/// in. It refers to the DwarfFile and the SymbolTable, which have to outlive it.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/dwarf_file.h"
#include "symbols/symbol_table.h"

namespace memline::symbols {

struct NamedFunction {
  std::string_view name;             ///< plain
  Dwarf_Die instance{};              ///< one of its instances; all zero where only a symbol names it
  const void* origin = nullptr;      ///< what the instances are instances of: Dwarf_Die::addr
  const Symbol* symbol = nullptr;    ///< for functions of line-tables-only units
  bool may_be_inside = false;        ///< a closure or an OpenMP body
  std::vector<std::uint32_t> units;  ///< that hold instances; instance lies in the first
};

class NameIndex {
 public:
  /// Either may be null: then there is nothing in it.
  NameIndex(DwarfFile* dwarf, const SymbolTable* symbols);
  const std::vector<NamedFunction>& functions() const { return functions_; }

 private:
  void add_unit(DwarfFile& dwarf, std::uint32_t unit, const std::vector<const Symbol*>& symbols);

  const SymbolTable* symbols_;
  std::vector<NamedFunction> functions_;
  std::unordered_map<const void*, std::size_t> by_origin_;
};

}  // namespace memline::symbols
