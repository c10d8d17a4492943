#include "symbols/die.h"

#include <dwarf.h>

#include <algorithm>

namespace memline::symbols::die {
namespace {

/// Length, version, abbreviations and size of addresses, in 32-bit DWARF 2 to 4; all others are larger.
constexpr Dwarf_Off kLeastUnitHeaderBytes = 11;

bool in_code(const std::vector<AddressRange>& sections, std::uint64_t address) {
  auto after = std::upper_bound(sections.begin(), sections.end(), address,
                                [](std::uint64_t value, const AddressRange& range) { return value < range.begin; });
  return after != sections.begin() && address < (--after)->end;
}

}  // namespace

Dwarf_Die at(Dwarf_CU* unit, const void* address) {
  Dwarf_Die out{};
  out.addr = const_cast<void*>(address);
  out.cu = unit;
  return out;
}

std::string_view text(Dwarf_Die die, unsigned attribute) {
  Dwarf_Attribute value{};
  if (dwarf_attr(&die, attribute, &value) == nullptr) return {};
  const char* found = dwarf_formstring(&value);
  return found == nullptr ? std::string_view() : std::string_view(found);
}

std::string_view linkage_name(Dwarf_Die die) {
  const std::string_view name = text(die, DW_AT_linkage_name);
  return name.empty() ? text(die, DW_AT_MIPS_linkage_name) : name;
}

std::optional<std::uint64_t> number(Dwarf_Die die, unsigned attribute) {
  Dwarf_Attribute value{};
  Dwarf_Word found = 0;
  if (dwarf_attr(&die, attribute, &value) == nullptr || dwarf_formudata(&value, &found) != 0) return std::nullopt;
  return found;
}

bool flag(Dwarf_Die die, unsigned attribute) {
  Dwarf_Attribute value{};
  bool found = false;
  return dwarf_attr(&die, attribute, &value) != nullptr && dwarf_formflag(&value, &found) == 0 && found;
}

bool has(Dwarf_Die die, unsigned attribute) {
  return dwarf_hasattr(&die, attribute) == 1;
}

std::optional<Dwarf_Die> reference(Dwarf_Die die, unsigned attribute) {
  Dwarf_Attribute value{};
  Dwarf_Die target{};
  if (dwarf_attr(&die, attribute, &value) == nullptr) return std::nullopt;
  if (dwarf_formref_die(&value, &target) == nullptr || target.cu == nullptr) return std::nullopt;
  // gcc -flto -gsplit-dwarf leaves references that were never filled in: they lead to the header of the unit.
  if (dwarf_cuoffset(&target) < kLeastUnitHeaderBytes) return std::nullopt;
  return target;
}

std::vector<Dwarf_Die> origins(Dwarf_Die die) {
  std::vector<Dwarf_Die> chain = {die};
  for (int step = 0; step < kMaxOriginSteps; ++step) {
    std::optional<Dwarf_Die> next = reference(chain.back(), DW_AT_abstract_origin);
    if (!next) next = reference(chain.back(), DW_AT_specification);
    if (!next || dwarf_tag(&*next) != DW_TAG_subprogram) break;
    chain.push_back(*next);
  }
  return chain;
}

std::optional<std::uint64_t> entry(Dwarf_Die function) {
  Dwarf_Addr begin = 0;
  if (dwarf_tag(&function) != DW_TAG_subprogram) return std::nullopt;
  if (dwarf_entrypc(&function, &begin) == 0) return begin;
  Dwarf_Addr base = 0;
  Dwarf_Addr end = 0;
  if (dwarf_ranges(&function, 0, &base, &begin, &end) <= 0) return std::nullopt;
  return begin;
}

std::string_view symbol_name(Dwarf_Die function, const SymbolTable& symbols) {
  const std::optional<std::uint64_t> pc = entry(function);
  const Symbol* const symbol = pc ? symbols.find(*pc) : nullptr;
  return symbol == nullptr ? std::string_view() : std::string_view(symbol->name);
}

std::vector<AddressRange> code_ranges(Dwarf_Die die, const std::vector<AddressRange>& sections, std::size_t most) {
  std::vector<AddressRange> ranges;
  Dwarf_Addr base = 0;
  Dwarf_Addr begin = 0;
  Dwarf_Addr end = 0;
  std::ptrdiff_t position = 0;
  for (std::size_t count = 0; count < most; ++count) {
    position = dwarf_ranges(&die, position, &base, &begin, &end);
    if (position <= 0) break;
    if (begin < end && in_code(sections, begin)) ranges.push_back({begin, end});
  }
  return ranges;
}

}  // namespace memline::symbols::die
