/// \file DebugFinder: where the debug information of a stripped file may lie, and whether what lies there belongs to
/// it.
///
/// Looks by build id and by .gnu_debuglink in the debug folders, and asks debuginfod servers only if the options say
/// so. A file that does not prove that it belongs (build id, or checksum of the link) is not returned.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "symbols/elf_file.h"
#include "symbols/symbolizer.h"

namespace memline::symbols {

/// Lower-case digits, two a byte.
std::string hex(std::string_view bytes);

class DebugFinder {
 public:
  explicit DebugFinder(const SymbolizerOptions& options) : options_(options) {}

  /// The separate debug file of a module. `file` may be null (missing or rebuilt), then only the build id counts.
  std::unique_ptr<ElfFile> debug_file(const ElfFile* file, const std::string& build_id) const;
  /// A copy of the program itself, kept by build id.
  std::unique_ptr<ElfFile> program_by_build_id(const std::string& build_id) const;
  /// The file that dwz put shared debug information into: `name` and `build_id` are what .gnu_debugaltlink says.
  std::unique_ptr<ElfFile> shared_debug_file(const ElfFile& user, std::string_view name,
                                             const std::string& build_id) const;

 private:
  std::unique_ptr<ElfFile> by_build_id(const std::string& build_id, std::string_view suffix) const;
  std::unique_ptr<ElfFile> by_debug_link(const ElfFile& file) const;

  SymbolizerOptions options_;
};

}  // namespace memline::symbols
