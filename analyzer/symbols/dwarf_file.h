/// \file DwarfFile: the debug information of one module: its units by address, each one read when it is first needed.
///
/// Has its own index of unit ranges, since clang writes no .debug_aranges, which libdw's own look-up needs. Split units
/// (.dwo) are opened with the first address that falls into them. Owns the ELF files it reads.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/debug_finder.h"
#include "symbols/elf_file.h"
#include "symbols/line_table.h"
#include "symbols/outline.h"
#include "symbols/split_unit.h"

namespace memline::symbols {

class DwarfFile {
 public:
  /// Null if `file` has no debug information that can be read.
  static std::unique_ptr<DwarfFile> open(std::unique_ptr<ElfFile> file, const DebugFinder& finder, FileTable& files);
  ~DwarfFile();
  DwarfFile(const DwarfFile&) = delete;
  DwarfFile& operator=(const DwarfFile&) = delete;

  const ElfFile& file() const { return *file_; }
  /// The units whose ranges hold `pc`: one, except where linkers fold code or data is damaged. Indexes below
  /// unit_count().
  std::vector<std::uint32_t> units_at(std::uint64_t pc) const;
  std::size_t unit_count() const { return units_.size(); }
  /// Whether some of it lies in .dwo files.
  bool is_split() const { return is_split_; }
  /// Whether that of this unit cannot be had: then it has lines, but no scopes.
  bool is_bare(std::uint32_t unit);
  /// What is wrong with the .dwo files that were asked for so far, in that order.
  const std::vector<SplitFault>& split_faults() const { return split_faults_; }
  /// Reads what lines() and outline() of the units at `pc` need. Touches nothing that other modules use.
  void read_units_at(std::uint64_t pc);

  const LineTable& lines(std::uint32_t unit);
  /// The scopes of a unit that has code; of its split part, if it has one.
  const Outline& outline(std::uint32_t unit);
  bool outline_is_loaded(std::uint32_t unit) const;
  void drop_outline(std::uint32_t unit);
  /// The scopes of whatever unit holds this DIE; null if it cannot be read.
  const Outline* outline_of(Dwarf_Die die);
  /// DW_AT_name of the unit: the file that was compiled.
  std::string_view unit_name(std::uint32_t unit) const;
  /// The units that Rust made of the crate that `unit` is one of, itself included. Of other languages: none.
  const std::vector<std::uint32_t>& crate_of(Dwarf_CU* unit);
  SourceFiles& source_files() { return source_files_; }

 private:
  struct Unit {
    Dwarf_Die skeleton{};  ///< has ranges and lines
    Dwarf_Die body{};      ///< has the scopes; the same where the unit is not split
    bool is_skeleton = false;
    bool body_known = false;
    bool is_bare = false;  ///< its other part cannot be had
    std::unique_ptr<LineTable> lines;
  };
  struct UnitRange {
    AddressRange range;
    std::uint64_t reach;  ///< the highest end of this and all earlier ranges
    std::uint32_t unit;
  };

  DwarfFile(std::unique_ptr<ElfFile> file, Dwarf* dwarf, FileTable& files);
  bool attach_shared_file(const DebugFinder& finder);
  void index_units();
  Dwarf_Die body(Unit& unit);

  std::unique_ptr<ElfFile> file_;
  Dwarf* dwarf_;
  std::unique_ptr<ElfFile> shared_file_;
  Elf* shared_stub_ = nullptr;
  std::vector<char> stub_image_;
  Dwarf* shared_ = nullptr;
  SourceFiles source_files_;
  bool is_split_ = false;
  std::vector<SplitFault> split_faults_;
  std::vector<Unit> units_;
  std::vector<UnitRange> ranges_;  ///< sorted by begin
  std::unordered_map<Dwarf_CU*, std::unique_ptr<Outline>> outlines_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> crates_;  ///< made when the first is asked for
};

}  // namespace memline::symbols
