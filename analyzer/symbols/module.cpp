#include "symbols/module.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "symbols/demangle.h"

namespace memline::symbols {
namespace {

/// Answers are those of this very program: another version of it may know better.
const std::string& own_identity() {
  static const std::string identity = [] {
    struct stat status {};
    return ::stat("/proc/self/exe", &status) == 0 ? identity_of(status) : std::string();
  }();
  return identity;
}

}  // namespace

void Module::locate(const DebugFinder& finder, CacheFolder& cache) {
  if (located_) return;
  located_ = true;
  if (file_.path.empty() && file_.build_id.empty()) {
    state_ = NoLine::kUnknownModule;
    return;
  }
  // The kernel's own library has no file; nobody expects lines of it.
  if (is_kernels()) {
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
  if (program_ == nullptr || !program_->has_debug_info()) find_debug_file(finder);
  if (cache.is_used()) find_answers(cache);
}

void Module::find_debug_file(const DebugFinder& finder) {
  const std::string& build_id = file_.build_id.empty() && program_ != nullptr ? program_->build_id() : file_.build_id;
  debug_ = finder.debug_file(program_.get(), build_id);
}

void Module::find_answers(CacheFolder& cache) {
  // What has no build id could be anything; what lies in several files cannot be told by one.
  if (file_.build_id.empty() || (program_ == nullptr && debug_ == nullptr)) return;
  cache_stamp_ = own_identity();
  for (const ElfFile* file : {program_.get(), debug_.get()}) {
    cache_stamp_ += '\n';
    if (file == nullptr) continue;
    const std::string identity = file->identity();
    if (identity.empty() || file->shares_debug_info()) return;
    cache_stamp_ += identity;
  }
  cache_name_ = hex(file_.build_id);
  answers_ = std::make_unique<ModuleAnswers>();
  const std::optional<std::string> bytes = cache.read(cache_name_, cache_stamp_);
  if (!bytes) return;
  if (std::optional<ModuleAnswers> known = ModuleAnswers::decode(*bytes)) *answers_ = *std::move(known);
}

void Module::keep_answers(CacheFolder& cache) {
  if (answers_ != nullptr && answers_->has_news()) cache.write(cache_name_, cache_stamp_, answers_->encode());
}

void Module::load(const DebugFinder& finder, FileTable& files) {
  if (loaded_) return;
  loaded_ = true;
  if (state_ == NoLine::kUnknownModule || is_kernels()) return;
  open_debug_info(finder, files);
  // A file with .dwo files beside it, and a damaged one, are read anew each time.
  if (is_damaged_ || (dwarf_ != nullptr && dwarf_->is_split())) answers_.reset();
}

bool Module::is_kernels() const {
  return file_.path.starts_with("linux-vdso.") || file_.path.starts_with("linux-gate.") || file_.path == "[vdso]";
}

void Module::open_debug_info(const DebugFinder& finder, FileTable& files) {
  const auto read = [&](std::unique_ptr<ElfFile>& file) {
    if (file == nullptr || !file->has_debug_info()) return;
    const std::string path = file->path();
    dwarf_ = DwarfFile::open(std::move(file), finder, files);
    const bool damaged = dwarf_ == nullptr;
    is_damaged_ = is_damaged_ || damaged;
    OpenFault fault = OpenFault::kNone;
    if (damaged) file = ElfFile::open(path, fault);  // its symbols may still be good
  };
  read(program_);
  if (dwarf_ == nullptr) {
    if (is_damaged_) find_debug_file(finder);
    read(debug_);
  }
  if (dwarf_ != nullptr) {
    state_ = NoLine::kNone;
  } else if (program_ != nullptr || debug_ != nullptr) {
    state_ = is_damaged_ ? NoLine::kUnreadable : symbols().empty() ? NoLine::kStripped : NoLine::kNoDebugInfo;
  }
}

void Module::read_at(const std::vector<std::uint64_t>& pcs) {
  if (dwarf_ == nullptr) {
    symbols();
    return;
  }
  for (const std::uint64_t pc : pcs) dwarf_->read_units_at(pc);
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

CallTypeFinder* Module::call_types() {
  if (call_types_ == nullptr && dwarf_ != nullptr) {
    call_types_ = std::make_unique<CallTypeFinder>(*dwarf_, program_ != nullptr ? program_.get() : &dwarf_->file());
  }
  return call_types_.get();
}

std::vector<std::string> Module::folded_at(std::uint64_t pc) {
  std::vector<std::string> names;
  const Symbol* const symbol = symbols().find(pc);
  // Two names of one C function are aliases.
  if (symbol == nullptr || !symbol->name.starts_with("_Z")) return names;
  const std::string own(qualified_part(demangle(strip_clone_suffix(symbol->name))));
  for (const std::string_view other : symbols().other_names(symbol->address)) {
    if (!other.starts_with("_Z")) continue;
    std::string name(qualified_part(demangle(strip_clone_suffix(other))));
    // Constructors have several symbols of one name.
    const bool known = name == own || std::find(names.begin(), names.end(), name) != names.end();
    if (!known && !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

NameIndex& Module::names() {
  if (names_ == nullptr) names_ = std::make_unique<NameIndex>(dwarf_.get(), dwarf_ ? &symbols() : nullptr);
  return *names_;
}

}  // namespace memline::symbols
