#include "symbols/types/typed_places.h"

#include <dwarf.h>

#include <algorithm>
#include <cstdlib>

#include "symbols/die.h"
#include "symbols/types/type_dies.h"

namespace memline::symbols {
namespace {

constexpr int kMaxBlocks = 64;
constexpr int kMaxSiblings = 1 << 16;
constexpr std::size_t kMaxVariables = 4096;
constexpr std::size_t kMaxGlobals = std::size_t{1} << 18;
constexpr int kMaxPlaces = 1024;
constexpr std::size_t kMaxBlockRanges = 256;
constexpr std::size_t kMaxScopesOfPlace = 256;

bool holds(const std::vector<AddressRange>& ranges, std::uint64_t pc) {
  return ranges.empty() || std::any_of(ranges.begin(), ranges.end(),
                                       [&](const AddressRange& range) { return pc >= range.begin && pc < range.end; });
}

std::int64_t as_signed(Dwarf_Word value) {
  return static_cast<std::int64_t>(value);
}

bool is_open(std::uint8_t operation) {
  return operation >= DW_OP_breg0 && operation <= DW_OP_breg15;
}

}  // namespace

TypedPlaces::~TypedPlaces() {
  if (unwind_ != nullptr) dwarf_cfi_end(unwind_);
}

void TypedPlaces::collect(Dwarf_Die parent, const std::vector<AddressRange>& block, int depth,
                          std::vector<Variable>& out) {
  Dwarf_Die child{};
  if (depth > kMaxBlocks || dwarf_child(&parent, &child) != 0) return;
  int steps = 0;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_lexical_block) {
      collect(child, die::code_ranges(child, dwarf_->file().code_sections(), kMaxBlockRanges), depth + 1, out);
      continue;
    }
    if (tag != DW_TAG_variable && tag != DW_TAG_formal_parameter) continue;
    Dwarf_Attribute location{};
    const std::optional<Dwarf_Die> type = type_of(child);
    if (!type || dwarf_attr(&child, DW_AT_location, &location) == nullptr) continue;
    Variable variable{*type, size_of(*type), block, {}};
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    std::ptrdiff_t position = 0;
    for (int i = 0; i < kMaxPlaces; ++i) {
      position = dwarf_getlocations(&location, position, &base, &begin, &end, &operations, &count);
      if (position <= 0) break;
      if (count == 0) continue;
      Place place;
      place.range = {begin, end};
      const Dwarf_Op& first = operations[0];
      const bool is_value = count == 2 && operations[1].atom == DW_OP_stack_value;
      if (count > 1 && !is_value) continue;
      if (first.atom >= DW_OP_reg0 && first.atom <= DW_OP_reg15 && count == 1) {
        place.base = first.atom - DW_OP_reg0;
      } else if (is_open(first.atom)) {
        place.where = is_value ? Where::kValue : Where::kMemory;
        place.base = first.atom - DW_OP_breg0;
        place.offset = as_signed(first.number);
      } else if (first.atom == DW_OP_fbreg && count == 1) {
        place.where = Where::kFrame;
        place.offset = as_signed(first.number);
      } else {
        continue;
      }
      variable.places.push_back(place);
    }
    if (!variable.places.empty()) out.push_back(std::move(variable));
  } while (dwarf_siblingof(&child, &child) == 0 && ++steps < kMaxSiblings && out.size() < kMaxVariables);
}

const std::vector<TypedPlaces::Variable>& TypedPlaces::variables_of(const Outline& outline, std::uint32_t scope) {
  const Scope& entry = outline.scopes()[scope];
  const auto [place, is_new] = variables_.try_emplace(entry.begin);
  if (is_new) {
    std::vector<Variable> found;
    collect(die::at(outline.unit(), entry.begin), {}, 0, found);
    place->second = std::move(found);
  }
  return place->second;
}

std::vector<std::uint32_t> TypedPlaces::scopes_at(const Outline& outline, std::uint64_t pc) {
  std::vector<std::uint32_t> scopes;
  for (std::uint32_t scope = outline.at(pc); scope != kNoScope && scopes.size() < kMaxScopesOfPlace;) {
    scopes.push_back(scope);
    if (outline.scopes()[scope].kind != ScopeKind::kInlined) break;
    scope = outline.enclosing_code(scope);
  }
  std::reverse(scopes.begin(), scopes.end());
  return scopes;
}

std::vector<TypedPlaces::Typed> TypedPlaces::in_register(const Outline& outline, std::uint64_t pc, Register number) {
  std::vector<Typed> found;
  for (const std::uint32_t scope : scopes_at(outline, pc)) {
    for (const Variable& variable : variables_of(outline, scope)) {
      if (!holds(variable.block, pc)) continue;
      for (const Place& place : variable.places) {
        const bool is_there = pc >= place.range.begin && pc < place.range.end && place.base == number &&
                              (place.where == Where::kRegister || place.where == Where::kValue);
        if (is_there) found.push_back({variable.type, scope, place.offset});
      }
    }
  }
  return found;
}

std::optional<TypedPlaces::Inside> TypedPlaces::around(const Outline& outline, std::uint64_t pc,
                                                       const MemoryOperand& wanted) {
  if (wanted.base == kRip) {
    const std::vector<Global>& globals = globals_of(outline);
    const auto address = static_cast<std::uint64_t>(wanted.offset);
    auto after = std::upper_bound(globals.begin(), globals.end(), address,
                                  [](std::uint64_t value, const Global& global) { return value < global.address; });
    if (after == globals.begin()) return std::nullopt;
    --after;
    if (address - after->address >= after->bytes) return std::nullopt;
    return Inside{{after->type, kNoScope, 0}, address - after->address};
  }
  const std::vector<std::uint32_t> scopes = scopes_at(outline, pc);
  if (scopes.empty()) return std::nullopt;
  for (const std::uint32_t scope : scopes) {
    for (const Variable& variable : variables_of(outline, scope)) {
      if (!holds(variable.block, pc)) continue;
      for (const Place& place : variable.places) {
        if (pc < place.range.begin || pc >= place.range.end) continue;
        if (place.where != Where::kMemory && place.where != Where::kFrame) continue;
        Base at{place.base, place.offset};
        if (place.where == Where::kFrame) {
          const std::optional<Base> base = frame_base(outline, scopes.front(), pc);
          if (!base) continue;
          at = {base->base, base->offset + place.offset};
        }
        if (at.base != wanted.base || wanted.offset < at.offset) continue;
        const auto offset = static_cast<std::uint64_t>(wanted.offset - at.offset);
        if (offset < std::max<std::uint64_t>(variable.bytes, 1)) return Inside{{variable.type, scope, 0}, offset};
      }
    }
  }
  return std::nullopt;
}

std::optional<TypedPlaces::Typed> TypedPlaces::in_memory(const Outline& outline, std::uint64_t pc,
                                                         const MemoryOperand& place) {
  const std::optional<Inside> inside = around(outline, pc, place);
  if (!inside) return std::nullopt;
  const std::optional<Dwarf_Die> scalar = scalar_at(inside->variable.type, inside->offset);
  if (!scalar) return std::nullopt;
  return Typed{*scalar, inside->variable.scope, 0};
}

std::optional<TypedPlaces::Base> TypedPlaces::frame_base(const Outline& outline, std::uint32_t function,
                                                         std::uint64_t pc) {
  Dwarf_Die die = die::at(outline.unit(), outline.scopes()[function].begin);
  Dwarf_Attribute attribute{};
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_attr(&die, DW_AT_frame_base, &attribute) == nullptr ||
      dwarf_getlocation_addr(&attribute, pc, &operations, &count, 1) != 1 || count != 1) {
    return std::nullopt;
  }
  const Dwarf_Op& first = operations[0];
  if (first.atom == DW_OP_call_frame_cfa) return call_frame(pc);
  if (first.atom >= DW_OP_reg0 && first.atom <= DW_OP_reg15) return Base{first.atom - DW_OP_reg0, 0};
  if (is_open(first.atom)) return Base{first.atom - DW_OP_breg0, as_signed(first.number)};
  return std::nullopt;
}

std::optional<TypedPlaces::Base> TypedPlaces::call_frame(std::uint64_t pc) {
  if (!unwind_is_open_) {
    unwind_is_open_ = true;
    if (code_ != nullptr) unwind_ = dwarf_getcfi_elf(code_->elf());
  }
  if (unwind_ == nullptr) return std::nullopt;
  const auto [entry, is_new] = call_frames_.try_emplace(pc);
  if (!is_new) return entry->second;
  Dwarf_Frame* frame = nullptr;
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_cfi_addrframe(unwind_, pc, &frame) != 0) return std::nullopt;
  if (dwarf_frame_cfa(frame, &operations, &count) == 0 && count >= 1) {
    if (count == 1 && operations[0].atom == DW_OP_bregx) {
      entry->second = Base{static_cast<Register>(operations[0].number), as_signed(operations[0].number2)};
    } else if (count == 1 && is_open(operations[0].atom)) {
      entry->second = Base{operations[0].atom - DW_OP_breg0, as_signed(operations[0].number)};
    }
  }
  std::free(frame);  // libdw hands it over
  return entry->second;
}

void TypedPlaces::collect_globals(Dwarf_Die parent, int depth, std::vector<Global>& out) {
  Dwarf_Die child{};
  if (depth > kMaxBlocks || dwarf_child(&parent, &child) != 0) return;
  int steps = 0;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_namespace || tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block) {
      collect_globals(child, depth + 1, out);
      continue;
    }
    if (tag != DW_TAG_variable) continue;
    Dwarf_Attribute location{};
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_attr(&child, DW_AT_location, &location) == nullptr ||
        dwarf_getlocation(&location, &operations, &count) != 0 || count != 1) {
      continue;
    }
    std::uint64_t address = operations[0].number;
    if (operations[0].atom != DW_OP_addr) {
      Dwarf_Attribute indexed{};
      Dwarf_Addr found = 0;
      if (operations[0].atom != DW_OP_addrx && operations[0].atom != DW_OP_GNU_addr_index) continue;
      if (dwarf_getlocation_attr(&location, operations, &indexed) != 0 || dwarf_formaddr(&indexed, &found) != 0)
        continue;
      address = found;
    }
    if (const std::optional<Dwarf_Die> type = type_of(child)) out.push_back({address, size_of(*type), *type});
  } while (dwarf_siblingof(&child, &child) == 0 && ++steps < kMaxSiblings && out.size() < kMaxGlobals);
}

const std::vector<TypedPlaces::Global>& TypedPlaces::globals_of(const Outline& outline) {
  const auto [entry, is_new] = globals_.try_emplace(outline.unit());
  if (!is_new) return entry->second;
  std::vector<Global> found;
  Dwarf_Die unit{};
  if (dwarf_cu_die(outline.unit(), &unit, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) != nullptr) {
    collect_globals(unit, 0, found);
  }
  std::sort(found.begin(), found.end(), [](const Global& a, const Global& b) { return a.address < b.address; });
  return globals_[outline.unit()] = std::move(found);
}

}  // namespace memline::symbols
