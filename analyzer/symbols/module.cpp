#include "symbols/module.h"

#include <utility>

namespace memline::symbols {

void Module::load(const DebugFinder& finder, FileTable& files) {
  if (loaded_) return;
  loaded_ = true;
  if (file_.path.empty() && file_.build_id.empty()) {
    state_ = NoLine::kUnknownModule;
    return;
  }
  // The kernel's own library has no file; nobody expects lines of it.
  if (file_.path.starts_with("linux-vdso.") || file_.path.starts_with("linux-gate.") || file_.path == "[vdso]") {
    state_ = NoLine::kNoDebugInfo;
    return;
  }
  OpenFault fault = OpenFault::kNone;
  program_ = ElfFile::open(file_.path, fault);
  if (fault == OpenFault::kMissing) state_ = NoLine::kFileMissing;
  if (fault == OpenFault::kUnreadable) state_ = NoLine::kUnreadable;
  // A module recorded without a build id cannot be checked; one recorded with another must not be used.
  if (program_ != nullptr && !file_.build_id.empty() && program_->build_id() != file_.build_id) {
    program_.reset();
    state_ = NoLine::kBuildIdDiffers;
  }
  if (program_ == nullptr && !file_.build_id.empty()) program_ = finder.program_by_build_id(file_.build_id);
  open_debug_info(finder, files);
}

void Module::open_debug_info(const DebugFinder& finder, FileTable& files) {
  bool damaged = false;
  const auto read = [&](std::unique_ptr<ElfFile>& file) {
    if (file == nullptr || !file->has_debug_info()) return;
    const std::string path = file->path();
    dwarf_ = DwarfFile::open(std::move(file), finder, files);
    damaged = dwarf_ == nullptr;
    OpenFault fault = OpenFault::kNone;
    if (damaged) file = ElfFile::open(path, fault);  // its symbols may still be good
  };
  read(program_);
  if (dwarf_ == nullptr) {
    const std::string& build_id = file_.build_id.empty() && program_ != nullptr ? program_->build_id() : file_.build_id;
    debug_ = finder.debug_file(program_.get(), build_id);
    read(debug_);
  }
  if (dwarf_ != nullptr) {
    state_ = NoLine::kNone;
  } else if (program_ != nullptr || debug_ != nullptr) {
    state_ = damaged ? NoLine::kUnreadable : symbols().empty() ? NoLine::kStripped : NoLine::kNoDebugInfo;
  }
}

const SymbolTable& Module::symbols() {
  if (symbols_ != nullptr) return *symbols_;
  symbols_ = std::make_unique<SymbolTable>();
  const ElfFile* candidates[] = {dwarf_ != nullptr ? &dwarf_->file() : nullptr, debug_.get(), program_.get()};
  for (const bool full : {true, false}) {
    for (const ElfFile* file : candidates) {
      if (file == nullptr || (full && !file->has_symbol_table())) continue;
      symbols_->add(*file);
      if (!symbols_->empty()) return *symbols_;
    }
  }
  return *symbols_;
}

NoLine Module::why_uncovered() {
  if (state_ != NoLine::kNone) return state_;
  return symbols().empty() ? NoLine::kStripped : NoLine::kNoDebugInfo;
}

NameIndex& Module::names() {
  if (names_ == nullptr) names_ = std::make_unique<NameIndex>(dwarf_.get(), dwarf_ ? &symbols() : nullptr);
  return *names_;
}

}  // namespace memline::symbols
