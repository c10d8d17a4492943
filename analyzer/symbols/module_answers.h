/// \file ModuleAnswers: what the debug information of one module answered so far, in a form that can be kept on disk and
/// given again in another process.
///
/// Functions are kept as recipes: what was given to FunctionTable::intern(), with names in place of this process's ids.
/// Doing the same interning again, in the same order, leaves the tables as they would be without a cache, so that
/// reports do not depend on what is cached. Paths and recipes are numbered; a recipe needs only ones before it.
/// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "symbols/function_copy.h"
#include "symbols/types/call_types.h"

namespace memline::symbols {

inline constexpr std::uint32_t kNoRecipe = 0xffffffffU;

/// How one function comes into the FunctionTable.
struct FunctionRecipe {
  std::string key_head, key_tail;  ///< of the key, around what is of this process only:
  bool key_has_module = false;     ///< the module's number
  bool key_has_file = false;       ///< the number of `file`
  std::string name, qualified, signature, linkage_name;
  std::string file;  ///< "": none
  std::uint32_t decl_line = 0;
  std::uint32_t enclosing = kNoRecipe;
  std::vector<std::uint32_t> needs;  ///< interned before it, in this order

  friend bool operator==(const FunctionRecipe&, const FunctionRecipe&) = default;
};

/// A Frame.
struct StoredFrame {
  std::uint32_t recipe = kNoRecipe;
  std::uint32_t path = 0;  ///< number + 1; 0: none
  std::uint32_t line = 0;
  std::uint8_t why = 0;
  bool inlined = false;
  FunctionCopy copy;

  friend bool operator==(const StoredFrame&, const StoredFrame&) = default;
};

/// What code_lines() found in the module.
struct StoredLines {
  std::vector<std::uint32_t> recipes;                          ///< interned on the way, in this order
  std::vector<std::pair<std::uint32_t, std::uint32_t>> lines;  ///< path number, line
};

class ModuleAnswers {
 public:
  std::uint32_t add_recipe(FunctionRecipe recipe);
  const FunctionRecipe& recipe(std::uint32_t number) const { return recipes_[number]; }
  std::size_t recipe_count() const { return recipes_.size(); }
  std::uint32_t add_path(std::string_view path);
  const std::string& path(std::uint32_t number) const { return paths_[number]; }
  std::size_t path_count() const { return paths_.size(); }

  /// Null: not asked yet. Pointers are valid until the next call that is not const.
  const std::vector<StoredFrame>* frames(std::uint64_t pc) const;
  void add_frames(std::uint64_t pc, std::vector<StoredFrame> frames);
  /// The functions whose names may match a pattern.
  const std::vector<std::uint32_t>* functions(const std::string& pattern) const;
  void add_functions(const std::string& pattern, std::vector<std::uint32_t> recipes);
  /// Lines by the key of their function.
  const StoredLines* lines(const std::string& function) const;
  void add_lines(const std::string& function, StoredLines lines);

  const CallTypes* call_types(std::uint64_t return_address) const;
  void add_call_types(std::uint64_t return_address, CallTypes types);

  bool has_news() const { return has_news_; }
  /// Bytes for the disk, and back. decode() trusts nothing; nullopt: damaged.
  std::string encode() const;
  static std::optional<ModuleAnswers> decode(std::string_view bytes);

 private:
  std::vector<FunctionRecipe> recipes_;
  std::vector<std::string> paths_;
  std::unordered_map<std::uint64_t, std::vector<StoredFrame>> frames_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> functions_;
  std::unordered_map<std::string, StoredLines> lines_;
  std::unordered_map<std::uint64_t, CallTypes> call_types_;  ///< by return address
  bool has_news_ = false;

  // For add_recipe() and add_path(), made when the first is added.
  std::unordered_map<std::string, std::uint32_t> recipe_numbers_;
  std::unordered_map<std::string, std::uint32_t> path_numbers_;
};

}  // namespace memline::symbols
