/// \file Module: one file of the trace, opened when it is first asked about, with whatever debug information belongs to
/// it. Says why it has none.
#pragma once

#include <cstdint>
#include <memory>

#include "symbols/debug_finder.h"
#include "symbols/dwarf_file.h"
#include "symbols/name_index.h"
#include "symbols/symbol_table.h"
#include "symbols/symbolizer.h"

namespace memline::symbols {

class Module {
 public:
  explicit Module(ModuleFile file) : file_(std::move(file)) {}

  const ModuleFile& file() const { return file_; }
  bool is_loaded() const { return loaded_; }
  void load(const DebugFinder& finder, FileTable& files);

  // After load():
  DwarfFile* dwarf() const { return dwarf_.get(); }  ///< null if there is no debug information
  /// Why it has no lines at all; kNone if it has some, or if it was not loaded yet.
  NoLine state() const { return state_; }
  /// Why an address that the debug information does not cover has no line.
  NoLine why_uncovered();
  const SymbolTable& symbols();
  /// The functions of the debug information, made when it is first asked for.
  NameIndex& names();

 private:
  void open_debug_info(const DebugFinder& finder, FileTable& files);

  ModuleFile file_;
  bool loaded_ = false;
  NoLine state_ = NoLine::kNone;
  std::unique_ptr<ElfFile> program_;
  std::unique_ptr<ElfFile> debug_;  ///< a separate debug file, if it is not in dwarf_
  std::unique_ptr<DwarfFile> dwarf_;
  std::unique_ptr<SymbolTable> symbols_;
  std::unique_ptr<NameIndex> names_;
};

}  // namespace memline::symbols
