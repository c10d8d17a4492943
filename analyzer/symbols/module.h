/// \file Module: one file of the trace, opened when it is first asked about, with whatever debug information belongs to
/// it. Says why it has none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "symbols/cache_folder.h"
#include "symbols/debug_finder.h"
#include "symbols/dwarf_file.h"
#include "symbols/module_answers.h"
#include "symbols/name_index.h"
#include "symbols/symbol_table.h"
#include "symbols/symbolizer.h"
#include "symbols/types/call_type_finder.h"

namespace memline::symbols {

class Module {
 public:
  explicit Module(ModuleFile file) : file_(std::move(file)) {}

  const ModuleFile& file() const { return file_; }
  /// Opens the files, without reading debug information.
  void locate(const DebugFinder& finder, CacheFolder& cache);
  bool is_located() const { return located_; }
  /// Opens the debug information as well.
  void load(const DebugFinder& finder, FileTable& files);

  /// Answers of earlier processes and of this one, after locate(); null where none are kept. load() may change that.
  ModuleAnswers* answers() { return answers_.get(); }
  /// By recipe and by path of the answers: what was recalled.
  std::vector<FunctionId>& recalled() { return recalled_; }
  std::vector<FileId>& recalled_paths() { return recalled_paths_; }
  /// Writes new answers to the cache.
  void keep_answers(CacheFolder& cache);

  // After load():
  /// Reads what frames at these addresses need. Touches nothing that other modules use.
  void read_at(const std::vector<std::uint64_t>& pcs);
  DwarfFile* dwarf() const { return dwarf_.get(); }  ///< null if there is no debug information
  /// Why it has no lines at all; kNone if it has some, or if it was not loaded yet.
  NoLine state() const { return state_; }
  /// Why an address that the debug information does not cover has no line.
  NoLine why_uncovered();
  const SymbolTable& symbols();
  /// What becomes of the result of a call; made when it is first asked for. Null if there is no debug information.
  CallTypeFinder* call_types();
  /// Qualified names of other C++ functions that have the same code as the one at `pc`.
  std::vector<std::string> folded_at(std::uint64_t pc);
  /// The functions of the debug information, made when it is first asked for.
  NameIndex& names();

 private:
  void open_debug_info(const DebugFinder& finder, FileTable& files);
  void find_debug_file(const DebugFinder& finder);
  void find_answers(CacheFolder& cache);
  /// The kernel's own library, which has no file.
  bool is_kernels() const;

  ModuleFile file_;
  bool located_ = false;
  bool loaded_ = false;
  bool is_damaged_ = false;
  NoLine state_ = NoLine::kNone;
  std::unique_ptr<ElfFile> program_;
  std::unique_ptr<ElfFile> debug_;  ///< a separate debug file, if it is not in dwarf_
  std::unique_ptr<DwarfFile> dwarf_;
  std::unique_ptr<SymbolTable> symbols_;
  std::unique_ptr<NameIndex> names_;
  std::unique_ptr<CallTypeFinder> call_types_;
  std::unique_ptr<ModuleAnswers> answers_;
  std::string cache_name_, cache_stamp_;
  std::vector<FunctionId> recalled_;
  std::vector<FileId> recalled_paths_;
};

}  // namespace memline::symbols
