#include "symbols/outline.h"

#include <dwarf.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "symbols/die.h"

namespace memline::symbols {
namespace {

/// Deeper nesting is damage. It also bounds the work: where a DIE has no DW_AT_sibling, libdw finds the next one by
/// walking its children, so that each DIE is visited once for every level above it.
constexpr std::size_t kMaxLevels = 256;
constexpr std::size_t kMaxRangesPerScope = std::size_t{1} << 16;

enum class Visit : std::uint8_t { kSkip, kPassThrough, kScope };

std::pair<Visit, ScopeKind> classify(Dwarf_Die die) {
  switch (dwarf_tag(&die)) {
    case DW_TAG_namespace:
    case DW_TAG_module:
      return {Visit::kScope, ScopeKind::kNamespace};
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_interface_type:
    case DW_TAG_enumeration_type:  // Rust puts methods into enums
      return {Visit::kScope, ScopeKind::kType};
    case DW_TAG_subprogram:
      return {die::has(die, DW_AT_declaration) ? Visit::kSkip : Visit::kScope, ScopeKind::kFunction};
    case DW_TAG_inlined_subroutine:
      return {Visit::kScope, ScopeKind::kInlined};
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_with_stmt:
      return {Visit::kPassThrough, ScopeKind::kNamespace};
    default:
      return {Visit::kSkip, ScopeKind::kNamespace};
  }
}

}  // namespace

Outline::Outline(Dwarf_Die unit, const std::vector<AddressRange>& sections) : unit_(unit.cu) {
  std::vector<CodeRange> code;
  walk(unit, sections, code);
  paint(std::move(code));
}

void Outline::walk(Dwarf_Die unit, const std::vector<AddressRange>& sections, std::vector<CodeRange>& code) {
  struct Level {
    Dwarf_Die die;
    std::uint32_t scope;   // of the DIE itself, kNoScope if it is none
    std::uint32_t parent;  // the scope around it
  };
  std::vector<Level> levels;
  Dwarf_Die current{};
  if (dwarf_child(&unit, &current) != 0) return;
  std::uint32_t parent = kNoScope;
  const std::less<const void*> before;
  const void* last = unit.addr;
  for (;;) {
    // Preorder only ever moves forward. In damaged data a DW_AT_sibling could lead back, or into what was visited.
    if (!before(last, current.addr)) return;
    last = current.addr;

    const auto [visit, kind] = classify(current);
    std::uint32_t scope = kNoScope;
    if (visit == Visit::kScope) {
      scope = static_cast<std::uint32_t>(scopes_.size());
      Scope entry{current.addr, nullptr, parent, static_cast<std::uint16_t>(levels.size()), kind, false};
      if (kind == ScopeKind::kFunction || kind == ScopeKind::kInlined) {
        for (const AddressRange& range : die::code_ranges(current, sections, kMaxRangesPerScope)) {
          code.push_back({range, scope});
          entry.has_code = true;
        }
      }
      scopes_.push_back(entry);
    }
    Dwarf_Die next{};
    if (visit != Visit::kSkip && levels.size() < kMaxLevels && dwarf_child(&current, &next) == 0) {
      levels.push_back({current, scope, parent});
      if (scope != kNoScope) parent = scope;
      current = next;
      continue;
    }
    std::vector<std::uint32_t> closed;
    if (scope != kNoScope) closed.push_back(scope);
    while (dwarf_siblingof(&current, &next) != 0) {
      if (levels.empty()) return;
      current = levels.back().die;
      parent = levels.back().parent;
      if (levels.back().scope != kNoScope) closed.push_back(levels.back().scope);
      levels.pop_back();
    }
    for (const std::uint32_t done : closed) scopes_[done].end = next.addr;
    current = next;
  }
}

void Outline::paint(std::vector<CodeRange> code) {
  // Sweeps over all range ends; the deepest scope that is open wins. Overlaps that do not nest (identical functions
  // folded by the linker, damage) thus give one answer and no trouble.
  std::vector<std::pair<std::uint64_t, std::size_t>> ends;
  for (std::size_t i = 0; i < code.size(); ++i) ends.emplace_back(code[i].range.end, i);
  std::vector<std::pair<std::uint64_t, std::size_t>> begins;
  for (std::size_t i = 0; i < code.size(); ++i) begins.emplace_back(code[i].range.begin, i);
  std::sort(ends.begin(), ends.end());
  std::sort(begins.begin(), begins.end());

  using Open = std::pair<std::uint32_t, std::size_t>;  // depth, index into code (in preorder)
  std::set<Open> open;
  std::size_t next_begin = 0;
  std::size_t next_end = 0;
  while (next_end < ends.size()) {
    std::uint64_t here = ends[next_end].first;
    if (next_begin < begins.size()) here = std::min(here, begins[next_begin].first);
    for (; next_end < ends.size() && ends[next_end].first == here; ++next_end) {
      const std::size_t i = ends[next_end].second;
      open.erase({scopes_[code[i].scope].depth, i});
    }
    for (; next_begin < begins.size() && begins[next_begin].first == here; ++next_begin) {
      const std::size_t i = begins[next_begin].second;
      open.insert({scopes_[code[i].scope].depth, i});
    }
    const std::uint32_t top = open.empty() ? kNoScope : code[open.rbegin()->second].scope;
    if (segments_.empty() || segments_.back().scope != top) segments_.push_back({here, top});
  }
}

std::uint32_t Outline::parent_of(const void* address) const {
  const std::less<const void*> before;
  auto found = std::lower_bound(scopes_.begin(), scopes_.end(), address,
                                [&](const Scope& scope, const void* value) { return before(scope.begin, value); });
  if (found == scopes_.begin()) return kNoScope;
  auto index = static_cast<std::uint32_t>(found - scopes_.begin()) - 1;
  while (index != kNoScope) {
    const Scope& scope = scopes_[index];
    if (scope.end == nullptr || before(address, scope.end)) return index;
    index = scope.parent;
  }
  return kNoScope;
}

std::uint32_t Outline::at(std::uint64_t pc) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), pc,
                                [](std::uint64_t value, const Segment& segment) { return value < segment.begin; });
  return after == segments_.begin() ? kNoScope : (--after)->scope;
}

std::uint32_t Outline::enclosing_code(std::uint32_t scope) const {
  for (std::uint32_t up = scopes_[scope].parent; up != kNoScope; up = scopes_[up].parent) {
    if (scopes_[up].kind == ScopeKind::kFunction || scopes_[up].kind == ScopeKind::kInlined) return up;
  }
  return kNoScope;
}

}  // namespace memline::symbols
