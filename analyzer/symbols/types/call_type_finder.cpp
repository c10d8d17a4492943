#include "symbols/types/call_type_finder.h"

#include <dwarf.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "symbols/die.h"
#include "symbols/types/type_dies.h"

namespace memline::symbols {
namespace {

constexpr std::size_t kMaxScopes = 256;
constexpr std::size_t kMaxRanges = 1024;
constexpr int kMaxBlockNesting = 64;
constexpr int kMaxChildren = 1 << 16;
constexpr std::size_t kMaxHints = 16;
/// An inlined constructor further behind the call than this belongs to something else.
constexpr std::uint64_t kMostBehind = 1024;

std::string_view function_name(Dwarf_Die function) {
  const std::optional<Dwarf_Die> origin = die::reference(function, DW_AT_abstract_origin);
  for (const Dwarf_Die& link : die::origins(origin ? *origin : function)) {
    if (const std::string_view name = die::text(link, DW_AT_name); !name.empty()) return name;
  }
  return {};
}

/// Whether `type` is that class: a unit may have a declaration of it and the whole.
bool is_same_class(Dwarf_Die of, Dwarf_Die type) {
  const std::optional<Dwarf_Die> bare = bare_type(type);
  return bare && (bare->addr == of.addr || die::text(*bare, DW_AT_name) == die::text(of, DW_AT_name));
}

/// What every allocator has, by which containers call it.
bool is_allocate(Dwarf_Die function) {
  const std::string_view name = function_name(function);
  return name == "allocate" || name == "allocate_at_least";
}

using Calls = std::unordered_map<std::uint64_t, Dwarf_Die>;

void collect_calls(Dwarf_Die parent, int depth, Calls& out) {
  Dwarf_Die child{};
  if (depth > kMaxBlockNesting || dwarf_child(&parent, &child) != 0) return;
  int steps = 0;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) collect_calls(child, depth + 1, out);
    const bool is_call = tag == DW_TAG_call_site;
    if (!is_call && tag != DW_TAG_GNU_call_site) continue;
    Dwarf_Attribute attribute{};
    Dwarf_Addr address = 0;
    const std::optional<Dwarf_Die> origin = die::reference(child, is_call ? DW_AT_call_origin : DW_AT_abstract_origin);
    if (origin && dwarf_attr(&child, is_call ? DW_AT_call_return_pc : DW_AT_low_pc, &attribute) != nullptr &&
        dwarf_formaddr(&attribute, &address) == 0) {
      out.emplace(address, *origin);
    }
  } while (dwarf_siblingof(&child, &child) == 0 && ++steps < kMaxChildren);
}

}  // namespace

Dwarf_Die CallTypeFinder::scope_die(const Outline& outline, std::uint32_t scope) const {
  return die::at(outline.unit(), outline.scopes()[scope].begin);
}

CallTypes CallTypeFinder::find(std::uint64_t return_address) {
  if (return_address == 0) return {};
  const std::uint64_t pc = return_address - 1;
  for (const std::uint32_t unit : dwarf_->units_at(pc)) {
    Site site;
    site.outline = &dwarf_->outline(unit);
    site.unit = unit;
    site.return_address = return_address;
    for (std::uint32_t scope = site.outline->at(pc); scope != kNoScope && site.scopes.size() < kMaxScopes;) {
      site.scopes.push_back(scope);
      if (site.outline->scopes()[scope].kind != ScopeKind::kInlined) break;
      scope = site.outline->enclosing_code(scope);
    }
    if (!site.scopes.empty()) return find_in(std::move(site));
  }
  return {};
}

CallTypes CallTypeFinder::find_in(Site site) {
  while (site.asking + 1 < site.scopes.size() &&
         function_name(scope_die(*site.outline, site.scopes[site.asking])).starts_with("operator new")) {
    ++site.asking;
  }
  std::uint64_t entry = site.return_address;
  for (const AddressRange& range :
       die::code_ranges(scope_die(*site.outline, site.scopes.back()), dwarf_->file().code_sections(), kMaxRanges)) {
    if (site.return_address > range.begin && site.return_address <= range.end) entry = range.begin;
  }
  std::uint64_t code_address = 0;
  const std::span<const std::byte> code =
      code_ == nullptr ? std::span<const std::byte>() : code_->code_at(entry, code_address);
  PointerWalk walk(places_, *site.outline, decoder_, imported_, code, code_address);
  walk.approach(entry, site.return_address);

  CallTypes out;
  const std::optional<Instruction>& call = walk.asking();
  const std::optional<Dwarf_Die> called = call ? called_function(site, *call) : std::nullopt;
  std::string_view name = call ? imported_.name(*call) : std::string_view();
  if (name.empty() && called && call->destination != 0) name = function_name(*called);
  out.asks_for_array = name.starts_with("_Zna") || name.starts_with("operator new[]");
  std::optional<std::size_t> left_at = called ? out_argument(*called) : std::nullopt;
  if (name == "posix_memalign") left_at = 0;  // whatever is known of its declaration
  walk.run(site.return_address, left_at);
  add_inlined_constructors(site, walk, out);
  add_called_constructors(site, walk, out);
  add_sightings(site, walk, out);
  mark_tails(walk, out);
  add_arguments(site, walk, out);
  add_results(site, walk, out);
  add_bytes(site, walk, out);
  return out;
}

void CallTypeFinder::add(Dwarf_Die type, std::int64_t offset, TypeClue clue, CallTypes& out) {
  if (offset < 0 || out.hints.size() >= kMaxHints) return;
  TypeHint hint;
  hint.type = name_of(*dwarf_, type);
  if (hint.type.empty() || hint.type == "u8") return;  // Rust's untyped memory
  hint.type_bytes = size_of(type);
  hint.offset = static_cast<std::uint64_t>(offset);
  hint.is_open_ended = is_open_ended(type);
  hint.clue = clue;
  for (TypeHint& other : out.hints) {
    if (other.type != hint.type || other.offset != hint.offset || other.type_bytes != hint.type_bytes) continue;
    if (clue == TypeClue::kMember && other.clue == TypeClue::kVariable) other.clue = clue;  // it is kept
    return;
  }
  out.hints.push_back(std::move(hint));
}

bool CallTypeFinder::may_get_pointer(Dwarf_Die constructor, Dwarf_Die built, bool of_array) const {
  const std::uint64_t built_bytes = size_of(built);
  for (Dwarf_Die type : parameter_types(constructor)) {
    // Wrappers forward it by reference.
    std::optional<Dwarf_Die> bare = bare_type(type);
    if (bare && dwarf_tag(&*bare) != DW_TAG_pointer_type) bare = pointee_of(*bare);
    const std::optional<Dwarf_Die> pointee = bare ? pointee_of(*bare) : std::nullopt;
    if (!pointee || bare_type(*pointee)->addr == built.addr) continue;
    if (of_array || size_of(*pointee) == built_bytes) return true;
  }
  return false;
}

void CallTypeFinder::add_inlined_constructors(const Site& site, const PointerWalk& walk, CallTypes& out) {
  // Whatever else is made on that line: numbers have no constructor.
  const bool is_of_scalars =
      std::any_of(walk.sightings().begin(), walk.sightings().end(), [](const PointerWalk::Sighting& sighting) {
        return sighting.offset == 0 && is_scalar(sighting.pointee) && size_of(sighting.pointee) > 1;
      });
  if (is_of_scalars) return;
  const Outline& outline = *site.outline;
  const std::uint32_t asking = site.scopes[site.asking];
  const LineRow* row = dwarf_->lines(site.unit).find(site.return_address - 1);
  // The line of the new-expression, which is that of the call unless operator new is inlined.
  std::uint64_t line = row == nullptr ? 0 : row->line;
  if (site.asking > 0) {
    line = die::number(scope_die(outline, site.scopes[site.asking - 1]), DW_AT_call_line).value_or(0);
  }
  if (line == 0) return;
  std::uint64_t nearest = kMostBehind;
  std::optional<Dwarf_Die> built;
  const Scope& around = outline.scopes()[asking];
  for (std::uint32_t i = asking + 1; i < outline.scopes().size(); ++i) {
    const Scope& scope = outline.scopes()[i];
    if (around.end != nullptr && !std::less<const void*>()(scope.begin, around.end)) break;
    if (scope.kind != ScopeKind::kInlined || !scope.has_code || outline.enclosing_code(i) != asking) continue;
    const Dwarf_Die call = scope_die(outline, i);
    if (die::number(call, DW_AT_call_line) != line) continue;
    std::uint64_t distance = kMostBehind;
    for (const AddressRange& range : die::code_ranges(call, dwarf_->file().code_sections(), kMaxRanges)) {
      if (range.begin >= site.return_address) distance = std::min(distance, range.begin - site.return_address);
      if (site.return_address >= range.begin && site.return_address < range.end) distance = 0;
    }
    if (distance >= nearest) continue;
    const std::optional<Dwarf_Die> type = constructed_class(*dwarf_, call);
    // std::unique_ptr<Foo>(new Foo): the new object is the argument, not what is built.
    if (!type || may_get_pointer(call, *type, out.asks_for_array)) continue;
    built = type;
    nearest = distance;
  }
  if (built) add(*built, 0, TypeClue::kConstructor, out);
}

std::optional<Dwarf_Die> CallTypeFinder::called_function(const Site& site, const Instruction& call) {
  const Dwarf_Die function = scope_die(*site.outline, site.scopes.back());
  const auto [calls, is_new] = calls_.try_emplace(function.addr);
  if (is_new) collect_calls(function, 0, calls->second);
  if (const auto known = calls->second.find(call.next); known != calls->second.end()) return known->second;
  if (call.destination == 0) return std::nullopt;
  for (const std::uint32_t unit : dwarf_->units_at(call.destination)) {
    const Outline& outline = dwarf_->outline(unit);
    std::uint32_t scope = outline.at(call.destination);
    for (std::size_t i = 0; scope != kNoScope && i < kMaxScopes; ++i) {
      if (outline.scopes()[scope].kind == ScopeKind::kFunction) return scope_die(outline, scope);
      scope = outline.enclosing_code(scope);
    }
  }
  return std::nullopt;
}

void CallTypeFinder::add_called_constructors(const Site& site, const PointerWalk& walk, CallTypes& out) {
  for (const PointerWalk::Call& call : walk.calls()) {
    if (call.argument != 0) continue;
    const std::optional<Dwarf_Die> function = called_function(site, call.instruction);
    if (!function) continue;
    if (const std::optional<Dwarf_Die> type = constructed_class(*dwarf_, *function)) {
      add(*type, call.offset, TypeClue::kConstructor, out);
    }
  }
}

void CallTypeFinder::add_sightings(const Site& site, const PointerWalk& walk, CallTypes& out) {
  const Outline& outline = *site.outline;
  for (const PointerWalk::Sighting& sighting : walk.sightings()) {
    // What a base's constructor calls `this` is a part of what is being made by the outermost one.
    std::optional<Dwarf_Die> built;
    std::uint32_t scope = sighting.scope;
    for (std::size_t i = 0; scope != kNoScope && i < kMaxScopes; ++i) {
      if (std::find(site.scopes.begin(), site.scopes.end(), scope) != site.scopes.end()) break;
      const std::optional<Dwarf_Die> type = constructed_class(*dwarf_, scope_die(outline, scope));
      if (scope == sighting.scope && (!type || !is_same_class(*type, sighting.pointee))) break;
      if (type) built = type;
      scope = outline.enclosing_code(scope);
    }
    if (built) {
      add(*built, sighting.offset, TypeClue::kConstructor, out);
    } else {
      add(sighting.pointee, sighting.offset, sighting.is_member ? TypeClue::kMember : TypeClue::kVariable, out);
    }
  }
}

void CallTypeFinder::mark_tails(const PointerWalk& walk, CallTypes& out) {
  for (const PointerWalk::Sighting& head : walk.sightings()) {
    const std::uint64_t bytes = size_of(head.pointee);
    const bool has_tail =
        bytes > 1 && !is_scalar(head.pointee) &&
        std::any_of(walk.sightings().begin(), walk.sightings().end(), [&](const auto& tail) {
          return size_of(tail.pointee) == 1 && tail.offset == head.offset + static_cast<std::int64_t>(bytes);
        });
    if (!has_tail || head.offset < 0) continue;
    const std::string type = name_of(*dwarf_, head.pointee);
    for (TypeHint& hint : out.hints) {
      if (hint.type == type && hint.offset == static_cast<std::uint64_t>(head.offset)) hint.is_open_ended = true;
    }
  }
}

void CallTypeFinder::add_arguments(const Site& site, const PointerWalk& walk, CallTypes& out) {
  for (const PointerWalk::Call& call : walk.calls()) {
    const std::optional<Dwarf_Die> function = called_function(site, call.instruction);
    const std::optional<Dwarf_Die> type = function ? argument_type(*function, call.argument) : std::nullopt;
    const std::optional<Dwarf_Die> pointee = type ? pointee_of(*type) : std::nullopt;
    // As bytes anything may be handed on.
    if (pointee && size_of(*pointee) > 1) add(*pointee, call.offset, TypeClue::kVariable, out);
  }
}

void CallTypeFinder::add_results(const Site& site, const PointerWalk& walk, CallTypes& out) {
  if (walk.left_untyped().value_or(-1) >= 0 && out_argument(scope_die(*site.outline, site.scopes.back()))) {
    out.returned_offset = static_cast<std::uint64_t>(*walk.left_untyped());
    out.returns_untyped = true;
    return;
  }
  if (walk.returned() && *walk.returned() >= 0) out.returned_offset = static_cast<std::uint64_t>(*walk.returned());
  // From the innermost function outwards, as long as each one only hands on what it got.
  for (std::size_t i = 0; i < site.scopes.size(); ++i) {
    const bool is_inlined = i + 1 < site.scopes.size();
    const std::optional<Dwarf_Die> result = type_of(scope_die(*site.outline, site.scopes[i]));
    if (!result) return;
    if (const std::optional<Dwarf_Die> pointee = pointee_of(*result)) {
      // An allocator may serve one type with memory for another.
      if (is_inlined && is_allocate(scope_die(*site.outline, site.scopes[i + 1]))) continue;
      if (is_inlined || walk.returned()) {
        add(*pointee, walk.returned().value_or(0), TypeClue::kResult, out);
      }
      return;
    }
    if (!is_untyped_pointer(*result)) return;
  }
  // What stays in a member and is not seen to be returned is storage that others get parts of.
  const bool is_kept =
      !walk.returned() && std::any_of(walk.sightings().begin(), walk.sightings().end(),
                                      [](const auto& sighting) { return sighting.is_member && sighting.offset == 0; });
  if (walk.keeps_part() || is_kept) {
    out.returned_offset.reset();
    return;
  }
  out.returns_untyped = true;
  if (!out.returned_offset) out.returned_offset = 0;
}

void CallTypeFinder::add_bytes(const Site& site, const PointerWalk& walk, CallTypes& out) {
  if (!out.hints.empty() || !walk.bytes_within()) return;
  // The one that the program gets to see, if there is one.
  for (const std::uint32_t scope : site.scopes) {
    const std::optional<Dwarf_Die> result = type_of(scope_die(*site.outline, scope));
    const std::optional<Dwarf_Die> pointee = result ? pointee_of(*result) : std::nullopt;
    if (!pointee) continue;
    if (size_of(*pointee) == 1) return add(*pointee, 0, TypeClue::kResult, out);
    break;
  }
  add(*walk.bytes_within(), 0, TypeClue::kVariable, out);
}

}  // namespace memline::symbols
