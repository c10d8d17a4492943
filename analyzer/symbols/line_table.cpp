#include "symbols/line_table.h"

#include <dwarf.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "symbols/die.h"

namespace memline::symbols {
namespace {

constexpr std::size_t kMaxFiles = std::size_t{1} << 24;

bool touches_code(const std::vector<AddressRange>& sections, std::uint64_t address) {
  for (const AddressRange& section : sections) {
    if (address >= section.begin && address <= section.end) return true;  // an end row may stand at the very end
  }
  return false;
}

/// The absolute folders that the units were built in.
std::vector<std::string> absolute_build_folders(Dwarf* dwarf) {
  std::vector<std::string> folders;
  Dwarf_CU* unit = nullptr;
  Dwarf_CU* next = nullptr;
  Dwarf_Die die{};
  while (dwarf_get_units(dwarf, unit, &next, nullptr, nullptr, &die, nullptr) == 0 && next != unit) {
    unit = next;
    const std::string_view folder = die::text(die, DW_AT_comp_dir);
    if (folder.starts_with('/') && std::find(folders.begin(), folders.end(), folder) == folders.end()) {
      folders.emplace_back(folder);
    }
  }
  return folders;
}

}  // namespace

std::string SourceFiles::from_build_folder(Dwarf_Die unit, std::string_view path) {
  const std::string_view recorded = die::text(unit, DW_AT_comp_dir);
  if (path.starts_with('/') || recorded.empty()) return std::string(path);
  if (path.starts_with(recorded) && path.substr(recorded.size()).starts_with('/'))
    path.remove_prefix(recorded.size() + 1);
  return build_folder(recorded).append("/").append(path);
}

std::string SourceFiles::build_folder(std::string_view recorded) {
  if (recorded.starts_with('/')) return std::string(recorded);
  if (!absolute_folders_) absolute_folders_ = absolute_build_folders(dwarf_);
  const std::string tail = (std::filesystem::path("/") / recorded).lexically_normal();
  for (const std::string& folder : *absolute_folders_) {
    if (folder.ends_with(tail)) return folder;
  }
  return std::string(recorded);
}

FileId SourceFiles::file(Dwarf_Die unit, Dwarf_Files* files, std::size_t index) {
  if (files == nullptr || index > kMaxFiles) return FileId();
  std::vector<FileId>& known = known_[files];
  if (index < known.size() && !known[index].none()) return known[index];
  const char* path = dwarf_filesrc(files, index, nullptr, nullptr);
  if (path == nullptr) return FileId();
  if (index >= known.size()) known.resize(index + 1);
  known[index] = table_->intern(from_build_folder(unit, path));
  return known[index];
}

FileId SourceFiles::named_by(Dwarf_Die die, unsigned attribute) {
  const std::optional<std::uint64_t> index = die::number(die, attribute);
  if (!index || die.cu == nullptr) return FileId();
  auto [place, is_new] = units_.try_emplace(die.cu);
  Unit& unit = place->second;
  if (is_new) {
    if (dwarf_cu_die(die.cu, &unit.die, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) == nullptr ||
        dwarf_getsrcfiles(&unit.die, &unit.files, &unit.count) != 0) {
      unit = Unit();
    }
  }
  if (*index >= unit.count) return FileId();
  // Before version 5 number 0 says that there is no file.
  Dwarf_Half version = 0;
  if (*index == 0 &&
      (dwarf_cu_info(die.cu, &version, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) != 0 || version < 5)) {
    return FileId();
  }
  return file(unit.die, unit.files, static_cast<std::size_t>(*index));
}

LineTable::LineTable(Dwarf_Die unit, const std::vector<AddressRange>& sections, SourceFiles& files) {
  Dwarf_Lines* lines = nullptr;
  std::size_t count = 0;
  if (dwarf_getsrclines(&unit, &lines, &count) != 0) return;
  rows_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Dwarf_Line* line = dwarf_onesrcline(lines, i);
    Dwarf_Addr address = 0;
    int number = 0;
    bool is_statement = false;
    bool is_end = false;
    if (line == nullptr || dwarf_lineaddr(line, &address) != 0 || dwarf_lineno(line, &number) != 0) continue;
    dwarf_linebeginstatement(line, &is_statement);
    dwarf_lineendsequence(line, &is_end);
    if (!touches_code(sections, address)) continue;
    Dwarf_Files* numbered = nullptr;
    std::size_t index = 0;
    FileId file;
    if (!is_end && dwarf_line_file(line, &numbered, &index) == 0) file = files.file(unit, numbered, index);
    const bool has_line = number > 0 && !file.none();
    rows_.push_back({address, has_line ? file : FileId(), has_line ? static_cast<std::uint32_t>(number) : 0U,
                     is_statement, is_end});
  }
  const auto by_address = [](const LineRow& a, const LineRow& b) { return a.address < b.address; };
  if (!std::is_sorted(rows_.begin(), rows_.end(), by_address)) std::stable_sort(rows_.begin(), rows_.end(), by_address);
}

const LineRow* LineTable::find(std::uint64_t pc) const {
  auto after = std::upper_bound(rows_.begin(), rows_.end(), pc,
                                [](std::uint64_t value, const LineRow& row) { return value < row.address; });
  if (after == rows_.begin()) return nullptr;
  --after;
  return after->is_end ? nullptr : &*after;
}

}  // namespace memline::symbols
