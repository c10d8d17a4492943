/// \file LineTable: the line rows of one unit, sorted by address, and SourceFiles: the paths that units number.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "symbols/elf_file.h"
#include "symbols/function_table.h"

namespace memline::symbols {

/// File numbers mean something only within their unit; this turns them into FileIds.
class SourceFiles {
 public:
  SourceFiles(FileTable& table, Dwarf* dwarf) : table_(&table), dwarf_(dwarf) {}
  /// The file that attribute `attribute` (DW_AT_decl_file, DW_AT_call_file) of this very DIE names; none() if absent.
  FileId named_by(Dwarf_Die die, unsigned attribute);
  /// The file that a row of `unit` names.
  FileId file(Dwarf_Die unit, Dwarf_Files* files, std::size_t index);

 private:
  struct Unit {
    Dwarf_Die die{};
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
  };
  /// An absolute path where one can be made of it. libdw does not join relative folders.
  std::string from_build_folder(Dwarf_Die unit, std::string_view path);
  /// Builds that hide where they were made record a relative folder ("./build"), but link-time optimization records the
  /// absolute one beside it: one file would have two names.
  std::string build_folder(std::string_view recorded);

  FileTable* table_;
  Dwarf* dwarf_;
  std::optional<std::vector<std::string>> absolute_folders_;
  std::unordered_map<Dwarf_CU*, Unit> units_;
  std::unordered_map<Dwarf_Files*, std::vector<FileId>> known_;  ///< units may share a list
};

struct LineRow {
  std::uint64_t address = 0;
  FileId file;
  std::uint32_t line = 0;
  bool is_statement = false;
  bool is_end = false;  ///< no row: the first address after a sequence
};

class LineTable {
 public:
  /// Empty if the unit has no lines or they are damaged.
  LineTable(Dwarf_Die unit, const std::vector<AddressRange>& sections, SourceFiles& files);
  /// The row in force at `pc`, null if none is.
  const LineRow* find(std::uint64_t pc) const;
  const std::vector<LineRow>& rows() const { return rows_; }

 private:
  std::vector<LineRow> rows_;
};

}  // namespace memline::symbols
