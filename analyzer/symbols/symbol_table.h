/// \file SymbolTable: names by address from the ELF symbol tables, for code without debug information.
///
/// Built once per file; the names point into the mapped file, so the ElfFile has to outlive it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "symbols/elf_file.h"

namespace memline::symbols {

struct Symbol {
  std::uint64_t address = 0;
  std::uint64_t size = 0;  ///< where the file gives none: up to the next symbol or the end of its section
  std::string_view name;
};

class SymbolTable {
 public:
  SymbolTable() = default;
  /// Adds the code symbols of .symtab, or of .dynsym where there is no .symtab.
  void add(const ElfFile& file);

  /// The symbol whose bytes hold `address`, or null. Valid until the next add().
  const Symbol* find(std::uint64_t address) const;
  /// All other names of the functions that begin at an address.
  std::vector<std::string_view> other_names(std::uint64_t address) const;
  const std::vector<Symbol>& symbols() const { return symbols_; }  ///< sorted by address, one per address
  bool empty() const { return symbols_.empty(); }

 private:
  void finish(const ElfFile& file);

  std::vector<Symbol> symbols_;
  std::vector<Symbol> others_;  ///< sorted by address
};

}  // namespace memline::symbols
