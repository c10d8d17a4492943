/// \file Symbolizer::Impl: the tables behind a Symbolizer. Internal to this folder; the work is split over
/// symbolizer.cpp (frames), find_functions.cpp (names) and code_lines.cpp.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "symbols/debug_finder.h"
#include "symbols/function_resolver.h"
#include "symbols/function_table.h"
#include "symbols/module.h"
#include "symbols/symbolizer.h"

namespace memline::symbols {

class Symbolizer::Impl {
 public:
  Impl(std::vector<ModuleFile> files, const SymbolizerOptions& options);
  /// Keeps what was found out for the next process.
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void prepare(std::span<const Address> addresses);
  void look_at(ModuleId module) { locate(module); }

  const CallTypes& call_types(ModuleId module, std::uint64_t return_address);
  std::span<const Frame> frames(ModuleId module, std::uint64_t offset, bool exact);
  Frame named_frame(std::string_view file, std::string_view function, std::uint32_t line);

  std::vector<FunctionId> find_functions(std::span<const ModuleId> modules, std::string_view pattern);
  std::vector<std::string> nearest_names(std::span<const ModuleId> modules, std::string_view name, std::size_t most);
  std::vector<CodeLine> code_lines(FunctionId id);

  std::vector<SplitFault> split_faults() const;
  const FunctionTable& functions() const { return functions_; }
  const FileTable& files() const { return files_; }
  const Module* module(ModuleId id) const {
    return id.index() < modules_.size() ? modules_[id.index()].get() : nullptr;
  }

 private:
  struct AddressKey {
    std::uint32_t module;
    std::uint64_t pc;
    friend bool operator==(const AddressKey&, const AddressKey&) = default;
  };
  struct AddressHash {
    std::size_t operator()(const AddressKey& key) const noexcept {
      return std::hash<std::uint64_t>{}(key.pc * 0x9e3779b97f4a7c15U + key.module);
    }
  };

  /// Frames, and the recipes of their functions.
  struct Answer {
    std::vector<Frame> frames;
    std::vector<std::uint32_t> recipes;
    void add(Frame frame, const FunctionResolver::Resolved& function) {
      frame.function = function.id;
      frames.push_back(frame);
      recipes.push_back(function.recipe);
    }
  };

  Module* locate(ModuleId id);
  Module* load(ModuleId id);
  static FunctionResolver::Source source(ModuleId id, Module& module) {
    const bool is_split = module.dwarf() != nullptr && module.dwarf()->is_split();
    return {id, module.answers(), is_split ? &module.symbols() : nullptr};
  }
  std::vector<Frame> resolve(ModuleId module, std::uint64_t pc);
  Answer find(ModuleId id, Module& module, std::uint64_t pc);
  Answer resolve_in_unit(ModuleId id, Module& module, std::uint32_t unit, std::uint64_t pc);
  /// Whether an inlined copy of the function of `caller` stands in it for no call in the source: gcc gives the call of
  /// what it split off the place of the function's declaration, or none.
  bool is_called_where_declared(Dwarf_Die inlined, const Frame& caller) const;
  FunctionCopy copy_of(Module& module, Dwarf_Die instance);
  /// Inlined code of which not even the function's name is known becomes part of the function that it stands in, if it
  /// is of the same file.
  void give_nameless_to_callers(Answer& chain) const;
  Answer symbol_frame(ModuleId id, Module& module, std::uint64_t pc, NoLine why);
  FunctionResolver::Resolved function_of(ModuleId id, Module& module, const NamedFunction& named);
  std::vector<FunctionId> named_like(ModuleId id, Module& module, const std::string& pattern);

  // From a module's answers, and into them.
  FunctionId recall(ModuleId id, Module& module, std::uint32_t recipe);
  FileId recall_path(Module& module, std::uint32_t path);
  std::vector<Frame> recall(ModuleId id, Module& module, const std::vector<StoredFrame>& stored);
  void store(Module& module, std::uint64_t pc, const Answer& answer);
  bool is_within(FunctionId function, FunctionId outer) const;
  void add_code_lines(ModuleId id, Module& module, FunctionId wanted, std::vector<CodeLine>& out);
  void read_code_lines(ModuleId id, Module& module, FunctionId wanted, std::vector<CodeLine>& out);

  // Declared before the modules, whose debug information refers to the tables.
  FileTable files_;
  FunctionTable functions_;
  FunctionResolver resolver_;
  DebugFinder finder_;
  CacheFolder cache_;
  bool may_use_threads_;
  std::vector<std::unique_ptr<Module>> modules_;
  std::deque<std::vector<Frame>> answers_;  ///< a deque: spans that were handed out stay valid
  std::unordered_map<AddressKey, std::size_t, AddressHash> known_;
  std::unordered_map<AddressKey, CallTypes, AddressHash> known_types_;
  std::unordered_map<const void*, FunctionCopy> copies_;  ///< by Dwarf_Die::addr
};

}  // namespace memline::symbols
