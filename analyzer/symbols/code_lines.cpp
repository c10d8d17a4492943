// The lines of a function: what a report of it lists, whether or not anything happened there.
//
// A line has code if some row with at least one byte stands for it, and if it is a statement somewhere in its unit:
// compilers put the statement mark on an empty row and the code on the next one, so the two are not asked of one row.
#include <dwarf.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "symbols/c_library.h"
#include "symbols/die.h"
#include "symbols/symbolizer_impl.h"

namespace memline::symbols {
namespace {

constexpr int kMaxEnclosing = 16;

std::uint64_t line_key(FileId file, std::uint32_t line) {
  return (std::uint64_t{file.value} << 32U) | line;
}

void sort_out(std::vector<std::uint32_t>& units) {
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
}

}  // namespace

bool Symbolizer::Impl::is_within(FunctionId function, FunctionId outer) const {
  for (int steps = 0; steps < kMaxEnclosing && !function.none(); ++steps) {
    if (function == outer) return true;
    function = functions_[function].enclosing;
  }
  return false;
}

void Symbolizer::Impl::read_code_lines(ModuleId id, Module& module, FunctionId wanted, std::vector<CodeLine>& out) {
  DwarfFile& dwarf = *module.dwarf();
  const std::vector<NamedFunction>& all = module.names().functions();
  std::unordered_set<const void*> origins;  // of the function and of what is written in it
  std::vector<std::uint32_t> units;
  std::vector<std::pair<std::uint32_t, AddressRange>> symbol_ranges;
  // The parts of a coroutine and the symbols of line-tables-only units have other names than their function; what is
  // already known by name is compared by name, which keeps all others from being resolved.
  const std::string name = functions_[wanted].name;
  for (const NamedFunction& named : all) {
    if (named.symbol == nullptr ? named.name != name : named.name.find(name) == std::string_view::npos) continue;
    if (function_of(id, module, named).id != wanted) continue;
    units.insert(units.end(), named.units.begin(), named.units.end());
    if (named.symbol == nullptr) {
      origins.insert(named.origin);
    } else {
      symbol_ranges.push_back(
          {named.units.front(), {named.symbol->address, named.symbol->address + named.symbol->size}});
    }
  }
  // What is written in a function stands in a unit of the function's, or in another one of its crate.
  std::vector<std::uint32_t> nearby = units;
  for (const std::uint32_t unit : units) {
    const std::vector<std::uint32_t>& crate = dwarf.crate_of(dwarf.outline(unit).unit());
    nearby.insert(nearby.end(), crate.begin(), crate.end());
  }
  sort_out(nearby);
  for (const NamedFunction& named : all) {
    if (!named.may_be_inside || named.symbol != nullptr) continue;
    const bool is_near = std::any_of(named.units.begin(), named.units.end(), [&](std::uint32_t unit) {
      return std::binary_search(nearby.begin(), nearby.end(), unit);
    });
    if (!is_near || !is_within(function_of(id, module, named).id, wanted)) continue;
    origins.insert(named.origin);
    units.insert(units.end(), named.units.begin(), named.units.end());
  }
  sort_out(units);

  for (const std::uint32_t unit : units) {
    const Outline& outline = dwarf.outline(unit);
    std::vector<bool> wanted_scopes(outline.scopes().size());
    for (std::size_t i = 0; i < outline.scopes().size(); ++i) {
      const Scope& scope = outline.scopes()[i];
      if (!scope.has_code) continue;
      const std::optional<Dwarf_Die> origin =
          die::reference(die::at(outline.unit(), scope.begin), DW_AT_abstract_origin);
      wanted_scopes[i] = origins.contains(origin ? origin->addr : scope.begin);
    }
    for (std::size_t i = 0; i < outline.scopes().size(); ++i) {
      const Scope& scope = outline.scopes()[i];
      if (scope.kind != ScopeKind::kInlined || !scope.has_code) continue;
      const std::uint32_t caller = outline.enclosing_code(static_cast<std::uint32_t>(i));
      if (caller == kNoScope || !wanted_scopes[caller]) continue;
      const Dwarf_Die call = die::at(outline.unit(), scope.begin);
      const FileId file = dwarf.source_files().named_by(call, DW_AT_call_file);
      const auto line = static_cast<std::uint32_t>(die::number(call, DW_AT_call_line).value_or(0));
      if (!file.none() && line != 0) out.push_back({file, line});
    }
    // The first row at a function's entry is the function's own, even where an inlined call claims its first bytes; but
    // clang may begin with a line of the inlined function.
    const auto may_be_own = [&function = functions_[wanted]](const LineRow& row) {
      return function.decl_line == 0 || (row.file == function.file && row.line >= function.decl_line);
    };
    std::unordered_map<std::uint64_t, std::uint32_t> entries;
    for (std::size_t i = 0; i < outline.scopes().size(); ++i) {
      const Scope& scope = outline.scopes()[i];
      if (scope.kind != ScopeKind::kFunction || !scope.has_code) continue;
      Dwarf_Die function = die::at(outline.unit(), scope.begin);
      Dwarf_Addr entry = 0;
      if (dwarf_entrypc(&function, &entry) == 0) entries.emplace(entry, static_cast<std::uint32_t>(i));
    }
    const std::vector<LineRow>& rows = dwarf.lines(unit).rows();
    std::unordered_set<std::uint64_t> statements;
    for (const LineRow& row : rows) {
      if (row.is_statement) statements.insert(line_key(row.file, row.line));
    }
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      const LineRow& row = rows[i];
      if (row.is_end || row.line == 0 || rows[i + 1].address == row.address) continue;
      if (!statements.contains(line_key(row.file, row.line))) continue;
      const bool is_first = i == 0 || rows[i - 1].is_end || rows[i - 1].address != row.address;
      auto entry = is_first ? entries.find(row.address) : entries.end();
      if (entry != entries.end() && wanted_scopes[entry->second] && !may_be_own(row)) entry = entries.end();
      const std::uint32_t scope = entry != entries.end() ? entry->second : outline.at(row.address);
      bool inside = scope != kNoScope && wanted_scopes[scope];
      for (const auto& [symbol_unit, range] : symbol_ranges) {
        inside = inside ||
                 (scope == kNoScope && symbol_unit == unit && row.address >= range.begin && row.address < range.end);
      }
      if (inside) out.push_back({row.file, row.line});
    }
  }
}

void Symbolizer::Impl::add_code_lines(ModuleId id, Module& module, FunctionId wanted, std::vector<CodeLine>& out) {
  const std::string key = functions_[wanted].name + "\n" + functions_.portable_key(wanted);
  if (module.answers() != nullptr) {
    if (const StoredLines* stored = module.answers()->lines(key)) {
      for (const std::uint32_t recipe : stored->recipes) recall(id, module, recipe);
      for (const auto& [path, line] : stored->lines) out.push_back({recall_path(module, path), line});
      return;
    }
  }
  load(id);
  resolver_.take_touched();
  std::vector<CodeLine> lines;
  if (module.dwarf() != nullptr) read_code_lines(id, module, wanted, lines);
  out.insert(out.end(), lines.begin(), lines.end());
  if (module.answers() == nullptr) return;
  StoredLines stored;
  stored.recipes = resolver_.take_touched();
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  for (const CodeLine& line : lines) {
    if (!line.file.none()) stored.lines.emplace_back(module.answers()->add_path(files_.path(line.file)), line.line);
  }
  module.answers()->add_lines(key, std::move(stored));
}

std::vector<Symbolizer::CodeLine> Symbolizer::Impl::code_lines(FunctionId id) {
  std::vector<CodeLine> lines;
  if (id.index() >= functions_.size()) return lines;
  const Module* const own_module = module(functions_[id].module);
  const bool in_c_library = own_module != nullptr && is_c_library(own_module->file());
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    Module& module = *modules_[i];
    if (!module.is_located() || (!in_c_library && is_c_library(module.file()))) continue;
    add_code_lines(ModuleId(i), module, id, lines);
  }
  Function& function = functions_[id];
  const auto own_file_first = [&](const CodeLine& a, const CodeLine& b) {
    return std::tuple(a.file != function.file, a.file, a.line) < std::tuple(b.file != function.file, b.file, b.line);
  };
  std::sort(lines.begin(), lines.end(), own_file_first);
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  for (const CodeLine& line : lines) {
    if (line.file == function.file) function.last_line = std::max(function.last_line, line.line);
  }
  return lines;
}

}  // namespace memline::symbols
