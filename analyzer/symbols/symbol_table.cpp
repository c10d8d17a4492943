#include "symbols/symbol_table.h"

#include <gelf.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace memline::symbols {
namespace {

constexpr std::size_t kMaxNameBytes = std::size_t{1} << 20;

const AddressRange* section_of(const std::vector<AddressRange>& sections, std::uint64_t address) {
  for (const AddressRange& section : sections) {
    if (address >= section.begin && address < section.end) return &section;
  }
  return nullptr;
}

/// Which of several names of one address people know: a function before a label, a global before a local, and the one
/// with fewer leading underscores.
std::tuple<bool, bool, std::size_t> rank(const GElf_Sym& symbol, std::string_view name) {
  const std::size_t first = name.find_first_not_of('_');
  return {GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE, GELF_ST_BIND(symbol.st_info) == STB_LOCAL,
          first == std::string_view::npos ? name.size() : first};
}

struct Candidate {
  Symbol symbol;
  GElf_Sym entry;
};

void collect(Elf* elf, Elf_Scn* section, const ElfFile& file, std::vector<Candidate>& out) {
  GElf_Shdr header{};
  if (gelf_getshdr(section, &header) == nullptr || header.sh_entsize == 0) return;
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || data->d_buf == nullptr) return;
  const std::size_t count = std::min<std::size_t>(data->d_size / header.sh_entsize, INT_MAX);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Sym symbol{};
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
    const int type = GELF_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE) continue;
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0) continue;
    if (section_of(file.code_sections(), symbol.st_value) == nullptr) continue;
    const char* text = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (text == nullptr || *text == '\0' || *text == '$') continue;  // $x, $d: mapping marks of some CPUs
    const std::string_view name(text, ::strnlen(text, kMaxNameBytes));
    out.push_back({{symbol.st_value, symbol.st_size, name}, symbol});
  }
}

}  // namespace

void SymbolTable::add(const ElfFile& file) {
  Elf* elf = file.elf();
  const GElf_Word wanted = file.has_symbol_table() ? SHT_SYMTAB : SHT_DYNSYM;
  std::vector<Candidate> found;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header{};
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == wanted) collect(elf, section, file, found);
  }
  // By address, then as they came; which of several comes first is decided only where there are several.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  order.reserve(found.size());
  for (const Candidate& candidate : found) {
    order.emplace_back(candidate.symbol.address, static_cast<std::uint32_t>(order.size()));
  }
  std::sort(order.begin(), order.end());
  symbols_.reserve(symbols_.size() + order.size());
  const auto rank_of = [&found](const auto& place) {
    const Candidate& candidate = found[place.second];
    return rank(candidate.entry, candidate.symbol.name);
  };
  for (auto first = order.begin(); first != order.end();) {
    auto last = std::next(first);
    while (last != order.end() && last->first == first->first) ++last;
    if (last - first > 1) {
      std::stable_sort(first, last, [&](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
    }
    for (; first != last; ++first) {
      const Symbol& symbol = found[first->second].symbol;
      const bool is_known = !symbols_.empty() && symbols_.back().address == symbol.address;
      (is_known ? others_ : symbols_).push_back(symbol);
    }
  }
  finish(file);
}

void SymbolTable::finish(const ElfFile& file) {
  const auto lower = [](const Symbol& a, const Symbol& b) { return a.address < b.address; };
  if (!std::is_sorted(symbols_.begin(), symbols_.end(), lower)) {
    std::stable_sort(symbols_.begin(), symbols_.end(), lower);
  }
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    Symbol& symbol = symbols_[i];
    const AddressRange* section = section_of(file.code_sections(), symbol.address);
    if (section == nullptr) continue;
    const std::uint64_t room = section->end - symbol.address;
    if (symbol.size == 0) {
      const bool next_is_near = i + 1 < symbols_.size() && symbols_[i + 1].address < section->end;
      symbol.size = next_is_near ? symbols_[i + 1].address - symbol.address : room;
    }
    symbol.size = std::min(symbol.size, room);
  }
}

std::vector<std::string_view> SymbolTable::other_names(std::uint64_t address) const {
  std::vector<std::string_view> names;
  auto other = std::lower_bound(others_.begin(), others_.end(), address,
                                [](const Symbol& symbol, std::uint64_t value) { return symbol.address < value; });
  for (; other != others_.end() && other->address == address; ++other) names.push_back(other->name);
  return names;
}

const Symbol* SymbolTable::find(std::uint64_t address) const {
  auto after = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
  // A few steps back: a label without a size may stand inside a function that has one.
  for (int step = 0; step < 4 && after != symbols_.begin(); ++step) {
    --after;
    if (address - after->address < after->size) return &*after;
  }
  return nullptr;
}

}  // namespace memline::symbols
