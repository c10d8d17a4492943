// Functions by name: what --func means, and what to offer where it means nothing.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "symbols/demangle.h"
#include "symbols/name_match.h"
#include "symbols/symbolizer_impl.h"

namespace memline::symbols {

FunctionResolver::Resolved Symbolizer::Impl::function_of(ModuleId id, Module& module, const NamedFunction& named) {
  DwarfFile& dwarf = *module.dwarf();
  const std::uint32_t unit = named.units.front();
  if (named.symbol == nullptr) return resolver_.of_instance(source(id, module), dwarf, unit, named.instance);
  return resolver_.of_symbol_with_lines(source(id, module), *named.symbol, dwarf.unit_name(unit),
                                        dwarf.lines(unit).find(named.symbol->address));
}

std::vector<FunctionId> Symbolizer::Impl::named_like(ModuleId id, Module& module, const std::string& pattern) {
  std::vector<FunctionId> found;
  if (module.answers() != nullptr) {
    if (const std::vector<std::uint32_t>* stored = module.answers()->functions(pattern)) {
      for (const std::uint32_t recipe : *stored) found.push_back(recall(id, module, recipe));
      return found;
    }
  }
  load(id);
  std::vector<std::uint32_t> recipes;
  if (module.dwarf() != nullptr) {
    const NameMatcher matcher(pattern);
    for (const NamedFunction& named : module.names().functions()) {
      if (!matcher.may_match(named.name)) continue;
      const FunctionResolver::Resolved function = function_of(id, module, named);
      if (function.id.none()) continue;
      found.push_back(function.id);
      recipes.push_back(function.recipe);
    }
  }
  if (module.answers() != nullptr) module.answers()->add_functions(pattern, std::move(recipes));
  return found;
}

std::vector<FunctionId> Symbolizer::Impl::find_functions(std::span<const ModuleId> modules, std::string_view pattern) {
  const NameMatcher matcher(pattern);
  std::vector<FunctionId> candidates;
  std::unordered_set<FunctionId> seen;
  for (const ModuleId id : modules) {
    Module* module = locate(id);
    if (module == nullptr) continue;
    for (const FunctionId function : named_like(id, *module, std::string(pattern))) {
      if (matcher.matches(functions_[function]) && seen.insert(function).second) candidates.push_back(function);
    }
  }
  std::vector<FunctionId> exact;
  for (const FunctionId function : candidates) {
    if (matcher.matches_exactly(functions_[function])) exact.push_back(function);
  }
  return exact.empty() ? candidates : exact;
}

std::vector<std::string> Symbolizer::Impl::nearest_names(std::span<const ModuleId> modules, std::string_view name,
                                                         std::size_t most) {
  const std::string wanted(plain_part(qualified_part(name)));
  const std::size_t limit = std::max<std::size_t>(2, wanted.size() / 3);
  std::map<std::string, std::size_t> distances;
  for (const ModuleId id : modules) {
    Module* module = load(id);
    if (module == nullptr || module->dwarf() == nullptr) continue;
    for (const NamedFunction& named : module->names().functions()) {
      std::string plain(named.name);
      if (named.symbol != nullptr) {
        const std::string demangled = demangle(strip_clone_suffix(named.name));
        if (!demangled.empty()) plain = plain_part(qualified_part(demangled));
      }
      std::size_t distance = edit_distance(plain, wanted, limit);
      // A name that holds all that was written is a fair guess too, after the misspellings.
      if (distance > limit && wanted.size() >= 3 && plain.find(wanted) != std::string::npos) distance = limit;
      if (distance <= limit) distances.emplace(std::move(plain), distance);
    }
  }
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [plain, distance] : distances) order.emplace_back(distance, plain);
  std::sort(order.begin(), order.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < order.size() && i < most; ++i) out.push_back(order[i].second);
  return out;
}

}  // namespace memline::symbols
