/// \file FunctionResolver: which source function a scope of the debug information, or a symbol, belongs to.
///
/// Copies of one function (inlined, out of line, clones, constructor variants, coroutine parts, the same template
/// instance in other units and modules) come out as one FunctionId: the key is the demangled signature with file and
/// line of the declaration.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "symbols/dwarf_file.h"
#include "symbols/function_table.h"
#include "symbols/module_answers.h"
#include "symbols/symbol_table.h"

namespace memline::symbols {

class FunctionResolver {
 public:
  /// A function, and the recipe for it among the module's answers.
  struct Resolved {
    FunctionId id;
    std::uint32_t recipe = kNoRecipe;
  };
  /// The module that is asked, and where recipes are kept (null: nowhere).
  struct Source {
    ModuleId module;
    ModuleAnswers* answers = nullptr;
    const SymbolTable* symbols = nullptr;  ///< of a module whose debug information may lack names, else null
  };

  FunctionResolver(FunctionTable& functions, FileTable& files) : functions_(&functions), files_(&files) {}

  /// The function that a scope of kind kFunction or kInlined is an instance of; `instance` is its DIE. none() where
  /// nothing names it.
  Resolved of_instance(const Source& source, DwarfFile& dwarf, std::uint32_t unit, Dwarf_Die instance);
  /// The function that only a symbol names.
  Resolved of_symbol(const Source& source, const Symbol& symbol);
  /// The same where the symbol lies in a unit whose debug information has lines but no functions; `entry` is the row
  /// at its first instruction, if any.
  Resolved of_symbol_with_lines(const Source& source, const Symbol& symbol, std::string_view unit_name,
                                const LineRow* entry);
  /// The function of a recipe. `known`: by recipe, what was recalled before.
  FunctionId recall(const Source& source, std::uint32_t recipe, std::vector<FunctionId>& known);
  /// Recipes of everything that was asked for since the last call, in order.
  std::vector<std::uint32_t> take_touched() { return std::exchange(touched_, {}); }
  /// A function known by name alone (interpreters, JITs).
  FunctionId of_name(FileId file, std::string_view function);

 private:
  static constexpr int kMaxNesting = 16;  ///< functions within functions

  /// A function on its way into the table.
  struct Description {
    Function function;
    std::uint64_t column = 0;
    bool internal = false;  ///< its name means nothing outside of its unit
    bool closure = false;
    std::uint32_t enclosing_recipe = kNoRecipe;
  };
  /// Where a function begins, for finding the one that a line lies in.
  struct Declared {
    FileId file;
    std::uint64_t line = 0;
    std::string_view name;
    std::uint32_t scope = 0;
  };
  struct Place {
    Source source;
    DwarfFile* dwarf;
    std::uint32_t unit;
    int nesting;  ///< functions within functions, bounded
  };

  Resolved of_scope(const Place& place, const Outline& outline, std::uint32_t scope);
  Resolved of_instance(const Place& place, Dwarf_Die instance);
  Resolved of_die(const Place& place, Dwarf_Die die, Dwarf_Die instance);
  Description describe(const Place& place, const std::vector<Dwarf_Die>& chain);
  void add_scopes(const Place& place, Dwarf_Die declared, Description& out);
  Resolved enclosing_by_line(const Place& place, const Outline& outline, const Description& of);
  static bool may_stand_in(const Place& place, const Outline& outline, const Declared& function,
                           const Description& closure, std::string_view around);
  Resolved original_of_part(const Place& place, const std::vector<Dwarf_Die>& chain);
  Resolved awaiting_coroutine(const Place& place, Dwarf_Die wrapper);
  /// gcc describes the parts of a coroutine as artificial functions of the same name, without a linkage name. A lambda's
  /// operator() that was only ever inlined is that too, but has an object.
  static bool is_nameless_part(const std::vector<Dwarf_Die>& chain);
  const std::vector<Declared>& declared_in(const Place& place, const Outline& outline);
  Resolved intern(const Place& place, Description description, Dwarf_Die instance, std::size_t touched_before);
  Resolved add(const Source& source, FunctionRecipe recipe, Function function);
  Resolved touch(const Resolved& resolved);
  void guess_place(const Place& place, Dwarf_Die instance, Function& function);
  static FileId file_of_inlined(const Place& place, Dwarf_Die instance);

  FunctionTable* functions_;
  FileTable* files_;
  std::unordered_map<const void*, Resolved> by_die_;  ///< both scopes and their origins, by Dwarf_Die::addr
  std::unordered_map<const Symbol*, Resolved> by_symbol_;
  std::vector<std::uint32_t> touched_;
  std::unordered_map<const Dwarf_CU*, std::vector<Declared>> declared_;
};

}  // namespace memline::symbols
