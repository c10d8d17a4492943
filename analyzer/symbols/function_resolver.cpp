#include "symbols/function_resolver.h"

#include <dwarf.h>

#include <algorithm>
#include <utility>

#include "symbols/demangle.h"
#include "symbols/die.h"

namespace memline::symbols {
namespace {

constexpr int kMaxNamingScopes = 64;
constexpr std::size_t kMaxGuessRanges = 64;
constexpr int kMaxGuessRows = 256;

/// C++ names tell whether they are known to other units; "_ZL" is a static function, _GLOBAL__N_ a nameless namespace.
bool is_global_linkage(std::string_view linkage) {
  if (linkage.starts_with("_R")) return true;
  return linkage.starts_with("_Z") && !linkage.starts_with("_ZL") &&
         linkage.find("_GLOBAL__N_") == std::string_view::npos;
}

/// Rust's generic instances differ by the hash alone, which the demangled name has lost.
std::string_view identity(const Function& function) {
  const std::string& linkage = function.linkage_name;
  const bool rust =
      linkage.ends_with('E') && linkage.size() > 20 && linkage.compare(linkage.size() - 20, 3, "17h") == 0;
  return rust ? linkage : function.signature;
}

void join(std::string& qualified, std::string_view scope) {
  qualified.insert(0, "::");
  qualified.insert(0, scope);
}

}  // namespace

FunctionResolver::Resolved FunctionResolver::touch(const Resolved& resolved) {
  if (resolved.recipe != kNoRecipe) touched_.push_back(resolved.recipe);
  return resolved;
}

FunctionResolver::Resolved FunctionResolver::of_instance(const Source& source, DwarfFile& dwarf, std::uint32_t unit,
                                                         Dwarf_Die instance) {
  return of_instance({source, &dwarf, unit, 0}, instance);
}

FunctionResolver::Resolved FunctionResolver::of_scope(const Place& place, const Outline& outline, std::uint32_t scope) {
  return of_instance(place, die::at(outline.unit(), outline.scopes()[scope].begin));
}

FunctionResolver::Resolved FunctionResolver::of_instance(const Place& place, Dwarf_Die instance) {
  const auto known = by_die_.find(instance.addr);
  if (known != by_die_.end()) return touch(known->second);
  const std::optional<Dwarf_Die> origin = die::reference(instance, DW_AT_abstract_origin);
  const Resolved found = of_die(place, origin ? *origin : instance, instance);
  by_die_[instance.addr] = found;
  return found;
}

FunctionResolver::Resolved FunctionResolver::of_die(const Place& place, Dwarf_Die die, Dwarf_Die instance) {
  const auto known = by_die_.find(die.addr);
  if (known != by_die_.end()) return touch(known->second);
  const std::size_t touched_before = touched_.size();
  const std::vector<Dwarf_Die> chain = die::origins(die);
  Resolved found;
  if (is_nameless_part(chain)) found = original_of_part(place, chain);
  if (die::linkage_name(chain.front()).find(kAwaitWrapper) != std::string_view::npos) {
    found = awaiting_coroutine(place, chain.front());
  }
  if (found.id.none()) {
    Description described = describe(place, chain);
    const bool has_name = !described.function.name.empty() || place.source.symbols == nullptr;
    if (has_name) found = intern(place, std::move(described), instance, touched_before);
  }
  touched_.resize(touched_before);  // the others are among what the recipe needs
  by_die_[die.addr] = found;
  return touch(found);
}

FunctionResolver::Description FunctionResolver::describe(const Place& place, const std::vector<Dwarf_Die>& chain) {
  Description out;
  Function& function = out.function;
  SourceFiles& files = place.dwarf->source_files();
  std::string_view name;
  std::string_view linkage;
  for (const Dwarf_Die& die : chain) {
    // Each link of the chain states only what differs from the next one.
    if (name.empty()) name = die::text(die, DW_AT_name);
    if (linkage.empty()) linkage = die::linkage_name(die);
    if (function.file.none()) function.file = files.named_by(die, DW_AT_decl_file);
    if (function.decl_line == 0) {
      function.decl_line = static_cast<std::uint32_t>(die::number(die, DW_AT_decl_line).value_or(0));
    }
    if (out.column == 0) out.column = die::number(die, DW_AT_decl_column).value_or(0);
  }
  function.module = place.source.module;
  const SymbolTable* const symbols = place.source.symbols;
  if (name.empty() && linkage.empty() && symbols != nullptr) linkage = die::symbol_name(chain.front(), *symbols);
  function.linkage_name = strip_clone_suffix(linkage);
  const std::string demangled = demangle(function.linkage_name);
  std::string_view spelled = name;
  if (spelled.empty())
    spelled = demangled.empty() ? std::string_view(function.linkage_name) : qualified_part(demangled);
  function.qualified = spelled;
  function.name = plain_part(spelled);
  out.internal = !is_global_linkage(function.linkage_name);
  add_scopes(place, chain.back(), out);
  // Line-tables-only information has no scopes; the mangled name has.
  if (function.qualified == spelled && !demangled.empty()) function.qualified = qualified_part(demangled);
  function.signature = demangled.empty() ? function.qualified : demangled;

  const std::string_view outlined =
      is_openmp_body(function.linkage_name) ? std::string_view(function.linkage_name) : name;
  // Rust's closures have no type around them, and line-tables-only information has no types at all. Where a function
  // with a static variable was only ever inlined, clang puts its lambdas into another one without a name.
  const bool in_nameless = out.closure && function.linkage_name.starts_with("_ZZ");
  const bool bare_closure =
      in_nameless ||
      (!out.closure && (function.name.starts_with("{closure") ||
                        (function.name == "operator()" && function.qualified.find("lambda") != std::string::npos)));
  if (function.enclosing.none() && (is_openmp_body(outlined) || bare_closure)) {
    if (const Outline* outline = place.dwarf->outline_of(chain.front())) {
      const Resolved enclosing = enclosing_by_line(place, *outline, out);
      function.enclosing = enclosing.id;
      out.enclosing_recipe = enclosing.recipe;
    }
  }
  return out;
}

void FunctionResolver::add_scopes(const Place& place, Dwarf_Die declared, Description& out) {
  const Outline* outline = place.dwarf->outline_of(declared);
  if (outline == nullptr) return;
  Function& function = out.function;
  std::uint32_t scope = outline->parent_of(declared.addr);
  for (int steps = 0; scope != kNoScope && steps < kMaxNamingScopes; ++steps) {
    const Scope& around = outline->scopes()[scope];
    const Dwarf_Die die = die::at(outline->unit(), around.begin);
    const std::string_view name = die::text(die, DW_AT_name);
    switch (around.kind) {
      case ScopeKind::kNamespace:
        join(function.qualified, name.empty() ? "(anonymous namespace)" : name);
        break;
      case ScopeKind::kType: {
        // Neither gcc nor clang names closure types. A nameless struct of the user with a call operator is no
        // different. A closure that owns what it captured has a destructor and copies, too: gcc's "~<lambda>" and "<lambda>".
        const bool closure = is_lambda_component(name) ||
                             (name.empty() && (function.name == "operator()" || is_lambda_component(function.name)));
        if (closure && steps == 0) {
          out.closure = true;
          if (function.decl_line == 0) {
            function.file = place.dwarf->source_files().named_by(die, DW_AT_decl_file);
            function.decl_line = static_cast<std::uint32_t>(die::number(die, DW_AT_decl_line).value_or(0));
            out.column = die::number(die, DW_AT_decl_column).value_or(0);
          }
        }
        join(function.qualified, closure ? "<lambda>" : name.empty() ? "(unnamed)" : name);
        break;
      }
      case ScopeKind::kFunction:
      case ScopeKind::kInlined: {
        if (place.nesting >= kMaxNesting) return;
        Place inner = place;
        ++inner.nesting;
        Resolved outer = of_scope(inner, *outline, scope);
        if (!outer.id.none() && (*functions_)[outer.id].name.empty()) outer = Resolved();
        const bool openmp = is_openmp_body(function.name);
        if (out.closure || openmp) {
          function.enclosing = outer.id;
          out.enclosing_recipe = outer.recipe;
        }
        if (!openmp && !outer.id.none()) join(function.qualified, (*functions_)[outer.id].qualified);
        return;
      }
    }
    scope = around.parent;
  }
}

FunctionResolver::Resolved FunctionResolver::intern(const Place& place, Description description, Dwarf_Die instance,
                                                    std::size_t touched_before) {
  Function& function = description.function;
  FunctionRecipe recipe;
  recipe.key_head = identity(function);
  recipe.enclosing = description.enclosing_recipe;
  recipe.needs.assign(touched_.begin() + static_cast<std::ptrdiff_t>(touched_before), touched_.end());
  if (!function.file.none()) {
    recipe.key_has_file = true;
    recipe.key_tail = ":" + std::to_string(function.decl_line);
    // Two closures of one line have nothing else to tell them apart.
    if (description.closure) recipe.key_tail += ":" + std::to_string(description.column);
  } else {
    if (description.internal) recipe.key_tail.append("\n").append(place.dwarf->unit_name(place.unit));
    guess_place(place, instance, function);
  }
  return add(place.source, std::move(recipe), std::move(function));
}

void FunctionResolver::guess_place(const Place& place, Dwarf_Die instance, Function& function) {
  // Line-tables-only information has no declarations. The row at the first instruction is the closest thing.
  if (dwarf_tag(&instance) != DW_TAG_subprogram) {
    function.file = file_of_inlined(place, instance);
  } else if (const std::optional<std::uint64_t> pc = die::entry(instance)) {
    const LineRow* entry = place.dwarf->lines(place.unit).find(*pc);
    if (entry == nullptr) return;
    function.file = entry->file;
    function.decl_line = entry->line;
  }
}

FileId FunctionResolver::file_of_inlined(const Place& place, Dwarf_Die instance) {
  // Any row that is its own, not that of something inlined into it, stands in its file.
  const Outline& outline = place.dwarf->outline(place.unit);
  const std::vector<LineRow>& rows = place.dwarf->lines(place.unit).rows();
  for (const AddressRange& range : die::code_ranges(instance, place.dwarf->file().code_sections(), kMaxGuessRanges)) {
    auto row = std::lower_bound(rows.begin(), rows.end(), range.begin,
                                [](const LineRow& a, std::uint64_t address) { return a.address < address; });
    for (int left = kMaxGuessRows; row != rows.end() && row->address < range.end && left > 0; ++row, --left) {
      const std::uint32_t scope = outline.at(row->address);
      if (!row->is_end && scope != kNoScope && outline.scopes()[scope].begin == instance.addr) return row->file;
    }
  }
  // It may have nothing but calls, which stand in its file too.
  Dwarf_Die child;
  int left = kMaxGuessRows;
  for (int status = dwarf_child(&instance, &child); status == 0 && left-- > 0;
       status = dwarf_siblingof(&child, &child)) {
    const FileId file = place.dwarf->source_files().named_by(child, DW_AT_call_file);
    if (!file.none()) return file;
  }
  return {};
}

FunctionResolver::Resolved FunctionResolver::of_symbol(const Source& source, const Symbol& symbol) {
  const auto [known, is_new] = by_symbol_.try_emplace(&symbol);
  if (!is_new) return touch(known->second);
  const std::string_view linkage = strip_clone_suffix(symbol.name);
  Function function;
  const std::string demangled = demangle(linkage);
  function.linkage_name = linkage;
  function.signature = demangled.empty() ? std::string(linkage) : demangled;
  function.qualified = demangled.empty() ? linkage : qualified_part(demangled);
  function.name = plain_part(function.qualified);
  function.module = source.module;
  FunctionRecipe recipe;
  recipe.key_head = "symbol\n";
  recipe.key_has_module = true;
  recipe.key_tail = "\n" + function.linkage_name;
  return touch(known->second = add(source, std::move(recipe), std::move(function)));
}

FunctionResolver::Resolved FunctionResolver::of_symbol_with_lines(const Source& source, const Symbol& symbol,
                                                                  std::string_view unit_name, const LineRow* entry) {
  const std::string_view linkage = strip_clone_suffix(symbol.name);
  Function function;
  const std::string demangled = demangle(linkage);
  if (!demangled.empty()) function.linkage_name = linkage;
  function.signature = demangled.empty() ? std::string(linkage) : demangled;
  function.qualified = demangled.empty() ? linkage : qualified_part(demangled);
  function.name = plain_part(function.qualified);
  function.module = source.module;
  if (entry != nullptr) {
    function.file = entry->file;
    function.decl_line = entry->line;
  }
  FunctionRecipe recipe;
  recipe.key_head = function.signature;
  if (!is_global_linkage(linkage)) recipe.key_tail.append("\n").append(unit_name);
  return touch(add(source, std::move(recipe), std::move(function)));
}

FunctionId FunctionResolver::of_name(FileId file, std::string_view name) {
  Function function;
  function.name = plain_part(name);
  function.qualified = name;
  function.signature = name;
  function.file = file;
  const std::string key = "named\n" + std::to_string(file.value) + "\n" + function.signature;
  return functions_->intern(key, std::move(function), "named\n" + std::string(name));
}

}  // namespace memline::symbols
