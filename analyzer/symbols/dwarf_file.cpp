#include "symbols/dwarf_file.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <libelf.h>

#include <algorithm>
#include <string>
#include <utility>

#include "symbols/die.h"
#include "symbols/empty_elf.h"

namespace memline::symbols {
namespace {

/// Units with one range a function have that many; more than this is damage.
constexpr std::size_t kMaxRangesPerUnit = std::size_t{1} << 22;
/// Ranges that are looked at for one address. Only damaged files have that many around one address.
constexpr int kMaxOverlap = 256;

/// rustc names the units of a crate "src/main.rs/@/app.0123abcd-cgu.7". "" if it is no such name.
std::string_view crate_in(std::string_view unit_name) {
  const std::size_t end = unit_name.find("/@/");
  return end == std::string_view::npos ? std::string_view() : unit_name.substr(0, end);
}

}  // namespace

std::unique_ptr<DwarfFile> DwarfFile::open(std::unique_ptr<ElfFile> file, const DebugFinder& finder, FileTable& files) {
  Dwarf* dwarf = dwarf_begin_elf(file->elf(), DWARF_C_READ, nullptr);
  if (dwarf == nullptr) return nullptr;
  std::unique_ptr<DwarfFile> out(new DwarfFile(std::move(file), dwarf, files));
  if (!out->attach_shared_file(finder)) return nullptr;
  out->index_units();
  if (out->units_.empty()) return nullptr;
  return out;
}

DwarfFile::DwarfFile(std::unique_ptr<ElfFile> file, Dwarf* dwarf, FileTable& files)
    : file_(std::move(file)), dwarf_(dwarf), source_files_(files, dwarf) {}

DwarfFile::~DwarfFile() {
  dwarf_end(dwarf_);
  if (shared_ != nullptr) dwarf_end(shared_);
  if (shared_stub_ != nullptr) elf_end(shared_stub_);
}

bool DwarfFile::attach_shared_file(const DebugFinder& finder) {
  const char* name = nullptr;
  const void* id = nullptr;
  const ssize_t id_size = dwelf_dwarf_gnu_debugaltlink(dwarf_, &name, &id);
  if (id_size == 0) return true;  // it names none
  if (id_size > 0 && name != nullptr) {
    const std::string build_id(static_cast<const char*>(id), static_cast<std::size_t>(id_size));
    shared_file_ = finder.shared_debug_file(*file_, name, build_id);
    if (shared_file_ != nullptr) shared_ = dwarf_begin_elf(shared_file_->elf(), DWARF_C_READ, nullptr);
  }
  if (shared_ == nullptr) {
    stub_image_ = empty_debug_image();
    shared_stub_ = elf_memory(stub_image_.data(), stub_image_.size());
    if (shared_stub_ != nullptr) shared_ = dwarf_begin_elf(shared_stub_, DWARF_C_READ, nullptr);
  }
  if (shared_ == nullptr) return false;
  dwarf_setalt(dwarf_, shared_);
  return true;
}

void DwarfFile::index_units() {
  Dwarf_CU* unit = nullptr;
  Dwarf_CU* next = nullptr;
  Dwarf_Die die{};
  std::uint8_t type = 0;
  while (dwarf_get_units(dwarf_, unit, &next, nullptr, &type, &die, nullptr) == 0) {
    if (unit == next) break;
    unit = next;
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    is_split_ = is_split_ || type == DW_UT_skeleton;
    const std::vector<AddressRange> ranges = die::code_ranges(die, file_->code_sections(), kMaxRangesPerUnit);
    if (ranges.empty()) continue;
    const auto index = static_cast<std::uint32_t>(units_.size());
    units_.push_back({});
    units_.back().skeleton = die;
    units_.back().is_skeleton = type == DW_UT_skeleton;
    for (const AddressRange& range : ranges) ranges_.push_back({range, 0, index});
  }
  std::sort(ranges_.begin(), ranges_.end(), [](const UnitRange& a, const UnitRange& b) {
    return std::pair(a.range.begin, a.range.end) < std::pair(b.range.begin, b.range.end);
  });
  std::uint64_t reach = 0;
  for (UnitRange& entry : ranges_) {
    reach = std::max(reach, entry.range.end);
    entry.reach = reach;
  }
}

std::vector<std::uint32_t> DwarfFile::units_at(std::uint64_t pc) const {
  std::vector<std::uint32_t> found;
  auto entry = std::upper_bound(ranges_.begin(), ranges_.end(), pc,
                                [](std::uint64_t value, const UnitRange& range) { return value < range.range.begin; });
  for (int step = 0; step < kMaxOverlap && entry != ranges_.begin(); ++step) {
    --entry;
    if (entry->reach <= pc) break;
    if (pc < entry->range.end && std::find(found.begin(), found.end(), entry->unit) == found.end()) {
      found.push_back(entry->unit);
    }
  }
  return found;
}

void DwarfFile::read_units_at(std::uint64_t pc) {
  for (const std::uint32_t index : units_at(pc)) {
    outline(index);
    Unit& unit = units_[index];
    Dwarf_Lines* lines = nullptr;
    std::size_t count = 0;
    // libdw keeps them; the LineTable is made later, since it gives numbers to source files.
    if (unit.lines == nullptr) dwarf_getsrclines(&unit.skeleton, &lines, &count);
  }
}

const LineTable& DwarfFile::lines(std::uint32_t index) {
  Unit& unit = units_[index];
  if (unit.lines == nullptr) {
    unit.lines = std::make_unique<LineTable>(unit.skeleton, file_->code_sections(), source_files_);
  }
  return *unit.lines;
}

Dwarf_Die DwarfFile::body(Unit& unit) {
  if (unit.body_known) return unit.body;
  unit.body_known = true;
  unit.body = unit.skeleton;
  if (!unit.is_skeleton) return unit.body;
  const SplitUnit split = find_split_unit(unit.skeleton, file_->path());
  if (split.die) unit.body = *split.die;
  if (split.fault) split_faults_.push_back(*split.fault);
  unit.is_bare = !split.die;
  return unit.body;
}

bool DwarfFile::is_bare(std::uint32_t index) {
  Unit& unit = units_[index];
  body(unit);
  return unit.is_bare;
}

const Outline& DwarfFile::outline(std::uint32_t index) {
  return *outline_of(body(units_[index]));
}

bool DwarfFile::outline_is_loaded(std::uint32_t index) const {
  const Unit& unit = units_[index];
  return unit.body_known && outlines_.contains(unit.body.cu);
}

void DwarfFile::drop_outline(std::uint32_t index) {
  outlines_.erase(units_[index].body.cu);
}

const Outline* DwarfFile::outline_of(Dwarf_Die die) {
  if (die.cu == nullptr) return nullptr;
  std::unique_ptr<Outline>& known = outlines_[die.cu];
  if (known == nullptr) {
    Dwarf_Die unit_die{};
    if (dwarf_cu_die(die.cu, &unit_die, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) == nullptr) {
      outlines_.erase(die.cu);
      return nullptr;
    }
    known = std::make_unique<Outline>(unit_die, file_->code_sections());
  }
  return known.get();
}

std::string_view DwarfFile::unit_name(std::uint32_t unit) const {
  return die::text(units_[unit].skeleton, DW_AT_name);
}

const std::vector<std::uint32_t>& DwarfFile::crate_of(Dwarf_CU* unit) {
  static const std::vector<std::uint32_t> kNone;
  Dwarf_Die die{};
  if (dwarf_cu_die(unit, &die, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) == nullptr) return kNone;
  const std::string_view wanted = crate_in(die::text(die, DW_AT_name));
  if (wanted.empty()) return kNone;
  if (crates_.empty()) {
    for (std::uint32_t i = 0; i < units_.size(); ++i) {
      const std::string_view crate = crate_in(die::text(body(units_[i]), DW_AT_name));
      if (!crate.empty()) crates_[crate].push_back(i);
    }
  }
  const auto found = crates_.find(wanted);
  return found == crates_.end() ? kNone : found->second;
}

}  // namespace memline::symbols
