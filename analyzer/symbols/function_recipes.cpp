// Functions on their way into the table and, as recipes, to where answers are kept; and back from there.
#include <string>
#include <string_view>
#include <utility>

#include "symbols/function_resolver.h"

namespace memline::symbols {
namespace {

std::string key_of(const FunctionRecipe& recipe, ModuleId module, FileId file) {
  std::string key = recipe.key_head;
  if (recipe.key_has_module) key += std::to_string(module.value);
  if (recipe.key_has_file) key.append("\n").append(std::to_string(file.value));
  return key + recipe.key_tail;
}

/// The same for every process; of all modules, since what is looked up by it is a module's own.
std::string portable_key_of(const FunctionRecipe& recipe, std::string_view file) {
  std::string key = recipe.key_head;
  if (recipe.key_has_file) key.append("\n").append(file);
  return key + recipe.key_tail;
}

}  // namespace

FunctionResolver::Resolved FunctionResolver::add(const Source& source, FunctionRecipe recipe, Function function) {
  Resolved out;
  const std::string key = key_of(recipe, source.module, function.file);
  std::string portable = portable_key_of(recipe, files_->path(function.file));
  if (source.answers != nullptr) {
    recipe.name = function.name;
    recipe.qualified = function.qualified;
    recipe.signature = function.signature;
    recipe.linkage_name = function.linkage_name;
    recipe.file = files_->path(function.file);
    recipe.decl_line = function.decl_line;
    out.recipe = source.answers->add_recipe(std::move(recipe));
  }
  out.id = functions_->intern(key, std::move(function), std::move(portable));
  return out;
}

FunctionId FunctionResolver::recall(const Source& source, std::uint32_t number, std::vector<FunctionId>& known) {
  if (known.size() < source.answers->recipe_count()) known.resize(source.answers->recipe_count());
  if (!known[number].none()) return known[number];
  const FunctionRecipe& recipe = source.answers->recipe(number);
  for (const std::uint32_t needed : recipe.needs) recall(source, needed, known);
  Function function;
  function.name = recipe.name;
  function.qualified = recipe.qualified;
  function.signature = recipe.signature;
  function.linkage_name = recipe.linkage_name;
  function.file = files_->intern(recipe.file);
  function.decl_line = recipe.decl_line;
  function.module = source.module;
  if (recipe.enclosing != kNoRecipe) function.enclosing = recall(source, recipe.enclosing, known);
  const std::string key = key_of(recipe, source.module, function.file);
  known[number] = functions_->intern(key, std::move(function), portable_key_of(recipe, recipe.file));
  return known[number];
}

}  // namespace memline::symbols
