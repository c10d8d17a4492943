/// \file Outline: the scopes of one DWARF unit (namespaces, types, functions, inlined calls) in one flat table.
///
/// Made by one walk over the unit. libdw 0.188 has no parent pointers; here the scope that holds a DIE is found by its
/// position, since scopes are laid out in preorder: the innermost interval [begin, end) that contains it. Which scope
/// an address belongs to is a second flat table of disjoint segments, so neither is ever walked again.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

#include "symbols/elf_file.h"

namespace memline::symbols {

enum class ScopeKind : std::uint8_t { kNamespace, kType, kFunction, kInlined };

struct Scope {
  const void* begin = nullptr;  ///< address of the DIE, see die::at
  const void* end = nullptr;    ///< one past its last descendant; null: to the end of the unit
  std::uint32_t parent = 0;     ///< kNoScope at the top
  std::uint16_t depth = 0;
  ScopeKind kind = ScopeKind::kNamespace;
  bool has_code = false;
};

inline constexpr std::uint32_t kNoScope = 0xffffffffU;

class Outline {
 public:
  /// `unit` is the unit's DIE; `sections` says which addresses are code.
  Outline(Dwarf_Die unit, const std::vector<AddressRange>& sections);

  Dwarf_CU* unit() const { return unit_; }
  const std::vector<Scope>& scopes() const { return scopes_; }
  /// The innermost scope that contains the DIE at `address`, the DIE itself not counted.
  std::uint32_t parent_of(const void* address) const;
  /// The innermost function or inlined call whose code holds `pc`, kNoScope if none does.
  std::uint32_t at(std::uint64_t pc) const;
  /// The function or inlined call around `scope`, kNoScope if none.
  std::uint32_t enclosing_code(std::uint32_t scope) const;

 private:
  struct CodeRange {
    AddressRange range;
    std::uint32_t scope;
  };
  struct Segment {
    std::uint64_t begin;
    std::uint32_t scope;
  };

  void walk(Dwarf_Die unit, const std::vector<AddressRange>& sections, std::vector<CodeRange>& code);
  void paint(std::vector<CodeRange> code);

  Dwarf_CU* unit_;
  std::vector<Scope> scopes_;      ///< in preorder, so sorted by `begin`
  std::vector<Segment> segments_;  ///< sorted; each reaches to the next one
};

}  // namespace memline::symbols
