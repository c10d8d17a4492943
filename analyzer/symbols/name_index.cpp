#include "symbols/name_index.h"

#include <dwarf.h>

#include <utility>

#include "symbols/demangle.h"
#include "symbols/die.h"

namespace memline::symbols {
namespace {

std::string_view plain_name(Dwarf_Die die) {
  std::string_view linkage;
  for (const Dwarf_Die& link : die::origins(die)) {
    if (const std::string_view name = die::text(link, DW_AT_name); !name.empty()) return plain_part(name);
    if (linkage.empty()) linkage = die::text(link, DW_AT_linkage_name);
  }
  return linkage;
}

/// gcc's static invoker of a closure is _FUN, clang's __invoke.
bool looks_inside(std::string_view name) {
  return name == "operator()" || name == "_FUN" || name == "__invoke" || is_lambda_component(name) ||
         is_openmp_body(name);
}

}  // namespace

NameIndex::NameIndex(DwarfFile* dwarf, const SymbolTable* symbols) : symbols_(symbols) {
  if (dwarf == nullptr) return;
  std::vector<std::vector<const Symbol*>> by_unit(dwarf->unit_count());
  if (symbols != nullptr) {
    for (const Symbol& symbol : symbols->symbols()) {
      for (const std::uint32_t unit : dwarf->units_at(symbol.address)) by_unit[unit].push_back(&symbol);
    }
  }
  for (std::uint32_t unit = 0; unit < dwarf->unit_count(); ++unit) {
    const bool keep = dwarf->outline_is_loaded(unit);
    add_unit(*dwarf, unit, by_unit[unit]);
    if (!keep) dwarf->drop_outline(unit);
  }
}

void NameIndex::add_unit(DwarfFile& dwarf, std::uint32_t unit, const std::vector<const Symbol*>& symbols) {
  const Outline& outline = dwarf.outline(unit);
  for (const Scope& scope : outline.scopes()) {
    if (!scope.has_code) continue;
    const Dwarf_Die instance = die::at(outline.unit(), scope.begin);
    const std::optional<Dwarf_Die> origin = die::reference(instance, DW_AT_abstract_origin);
    const void* key = origin ? origin->addr : instance.addr;
    const auto [place, is_new] = by_origin_.try_emplace(key, functions_.size());
    if (is_new) {
      NamedFunction fresh;
      fresh.name = plain_name(instance);
      if (fresh.name.empty() && dwarf.is_split() && symbols_ != nullptr)
        fresh.name = strip_clone_suffix(die::symbol_name(instance, *symbols_));
      fresh.instance = instance;
      fresh.origin = key;
      fresh.may_be_inside = looks_inside(fresh.name);
      functions_.push_back(std::move(fresh));
    }
    std::vector<std::uint32_t>& units = functions_[place->second].units;
    if (units.empty() || units.back() != unit) units.push_back(unit);
  }
  for (const Symbol* symbol : symbols) {
    if (outline.at(symbol->address) != kNoScope || dwarf.lines(unit).find(symbol->address) == nullptr) continue;
    NamedFunction fresh;
    fresh.name = symbol->name;
    fresh.symbol = symbol;
    fresh.units.push_back(unit);
    functions_.push_back(std::move(fresh));
  }
}

}  // namespace memline::symbols
