// What was written in which function, where the debug information does not say so: closures, OpenMP bodies, and the
// pieces of coroutines.
#include <dwarf.h>

#include <algorithm>
#include <utility>

#include "symbols/demangle.h"
#include "symbols/die.h"
#include "symbols/function_resolver.h"

namespace memline::symbols {

bool FunctionResolver::is_nameless_part(const std::vector<Dwarf_Die>& chain) {
  const auto has_linkage_name = [](Dwarf_Die link) { return !die::linkage_name(link).empty(); };
  const auto is_artificial = [](Dwarf_Die link) { return die::flag(link, DW_AT_artificial); };
  const auto has_object = [](Dwarf_Die link) { return dwarf_hasattr(&link, DW_AT_object_pointer) != 0; };
  return std::none_of(chain.begin(), chain.end(), has_linkage_name) &&
         std::none_of(chain.begin(), chain.end(), has_object) && std::any_of(chain.begin(), chain.end(), is_artificial);
}

const std::vector<FunctionResolver::Declared>& FunctionResolver::declared_in(const Place& place,
                                                                             const Outline& outline) {
  auto [entry, is_new] = declared_.try_emplace(outline.unit());
  if (!is_new) return entry->second;
  std::vector<Declared> found;
  for (std::uint32_t i = 0; i < outline.scopes().size(); ++i) {
    const Scope& scope = outline.scopes()[i];
    if (scope.kind != ScopeKind::kFunction) continue;
    Declared declared;
    declared.scope = i;
    const std::vector<Dwarf_Die> chain = die::origins(die::at(outline.unit(), scope.begin));
    if (is_nameless_part(chain)) continue;
    for (const Dwarf_Die& die : chain) {
      if (declared.name.empty()) declared.name = die::text(die, DW_AT_name);
      if (declared.file.none()) declared.file = place.dwarf->source_files().named_by(die, DW_AT_decl_file);
      if (declared.line == 0) declared.line = die::number(die, DW_AT_decl_line).value_or(0);
    }
    // What compilers make up, as for a reduction of OpenMP, may have the name of a symbol alone.
    if (declared.line != 0 && !declared.file.none() && !declared.name.empty()) found.push_back(declared);
  }
  std::stable_sort(found.begin(), found.end(), [](const Declared& a, const Declared& b) {
    return std::pair(a.file, a.line) < std::pair(b.file, b.line);
  });
  return declared_[outline.unit()] = std::move(found);
}

bool FunctionResolver::may_stand_in(const Place& place, const Outline& outline, const Declared& function,
                                    const Description& closure, std::string_view around) {
  const std::vector<Dwarf_Die> chain = die::origins(die::at(outline.unit(), outline.scopes()[function.scope].begin));
  if (closure.closure) {
    return std::any_of(chain.begin(), chain.end(), [&closure](Dwarf_Die link) {
      return is_local_to(closure.function.linkage_name, die::linkage_name(link));
    });
  }
  // Rust numbers the impl blocks of a module: two with a function of one name are told apart by that.
  const std::size_t end = around.rfind("::");
  const std::size_t begin = end == std::string_view::npos || end == 0 ? end : around.rfind("::", end - 1);
  if (begin == std::string_view::npos) return true;
  const std::string_view block = around.substr(begin + 2, end - begin - 2);
  if (!block.starts_with("{impl#")) return true;
  const Dwarf_Die declared = chain.back();
  const Outline* const found = place.dwarf->outline_of(declared);
  const std::uint32_t scope = found == nullptr ? kNoScope : found->parent_of(declared.addr);
  if (scope == kNoScope) return true;
  // Functions of a type itself are described in the type, or in a namespace of its name.
  const std::string_view name = die::text(die::at(found->unit(), found->scopes()[scope].begin), DW_AT_name);
  return name == block || !name.starts_with("{impl#");
}

FunctionResolver::Resolved FunctionResolver::enclosing_by_line(const Place& place, const Outline& outline,
                                                               const Description& of) {
  // Only lambdas and members of local classes can stand between a body and the beginning of its function.
  if (place.nesting >= kMaxNesting) return {};
  const Function& body = of.function;
  std::string_view parent_name = openmp_parent(is_openmp_body(body.linkage_name) ? body.linkage_name : body.name);
  const std::string parent_demangled = demangle(parent_name);
  std::string parent(parent_demangled.empty() ? parent_name : plain_part(qualified_part(parent_demangled)));
  if (const std::size_t lambda = body.signature.find("::{lambda"); parent.empty() && lambda != std::string::npos) {
    parent = plain_part(qualified_part(std::string_view(body.signature).substr(0, lambda)));
  }
  const std::string_view around = closure_parent(body.qualified);
  if (parent.empty()) parent = plain_part(around);
  const auto last_before = [&](const Outline& candidates) {
    const Declared* last = nullptr;
    for (const Declared& candidate : declared_in(place, candidates)) {
      if (candidate.file != body.file || candidate.line > body.decl_line) continue;
      if (is_openmp_body(candidate.name) || is_lambda_component(candidate.name) || candidate.name == "operator()")
        continue;
      if (!parent.empty() && plain_part(candidate.name) != parent) continue;
      if (!may_stand_in(place, candidates, candidate, of, around)) continue;
      last = &candidate;
    }
    return last;
  };
  Place inner = place;
  ++inner.nesting;
  if (const Declared* const best = last_before(outline)) return of_scope(inner, outline, best->scope);
  if (around.empty()) return {};
  // Rust deals the functions of a crate out to several units, and puts a closure where it is called from: in optimized
  // code that is an instance of collect(), say, in any of them.
  const Declared* best = nullptr;
  for (const std::uint32_t unit : place.dwarf->crate_of(outline.unit())) {
    const Declared* const found = last_before(place.dwarf->outline(unit));
    if (found == nullptr || (best != nullptr && best->line >= found->line)) continue;
    best = found;
    inner.unit = unit;
  }
  return best == nullptr ? Resolved() : of_scope(inner, place.dwarf->outline(inner.unit), best->scope);
}

FunctionResolver::Resolved FunctionResolver::original_of_part(const Place& place, const std::vector<Dwarf_Die>& chain) {
  std::string_view name;
  std::uint64_t line = 0;
  for (const Dwarf_Die& link : chain) {
    if (name.empty()) name = die::text(link, DW_AT_name);
    if (line == 0) line = die::number(link, DW_AT_decl_line).value_or(0);
  }
  const Outline* found = place.dwarf->outline_of(chain.front());
  if (name.empty() || found == nullptr || place.nesting >= kMaxNesting) return {};
  const Outline& outline = *found;
  Dwarf_Die part = chain.front();
  const LineRow* entry = nullptr;
  Dwarf_Addr pc = 0;
  if (dwarf_entrypc(&part, &pc) == 0) entry = place.dwarf->lines(place.unit).find(pc);
  const Declared* best = nullptr;
  for (const Declared& candidate : declared_in(place, outline)) {
    if (candidate.name != name || (entry != nullptr && candidate.file != entry->file)) continue;
    if (line != 0 && candidate.line != line) continue;
    if (best == nullptr || (entry != nullptr && candidate.line <= entry->line)) best = &candidate;
  }
  if (best == nullptr) return {};
  Place inner = place;
  ++inner.nesting;
  return of_scope(inner, outline, best->scope);
}

FunctionResolver::Resolved FunctionResolver::awaiting_coroutine(const Place& place, Dwarf_Die wrapper) {
  const Outline* outline = place.dwarf->outline_of(wrapper);
  if (outline == nullptr || place.nesting >= kMaxNesting) return {};
  const std::string_view wanted = strip_clone_suffix(die::linkage_name(wrapper));
  Place inner = place;
  ++inner.nesting;
  for (const Declared& candidate : declared_in(place, *outline)) {
    for (const Dwarf_Die& die : die::origins(die::at(outline->unit(), outline->scopes()[candidate.scope].begin))) {
      if (die::linkage_name(die) == wanted) return of_scope(inner, *outline, candidate.scope);
    }
  }
  return {};
}

}  // namespace memline::symbols
