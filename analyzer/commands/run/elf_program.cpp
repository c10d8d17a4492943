#include "commands/run/elf_program.h"

#include <elf.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace memline::commands {
namespace {

/// Each sanitizer's runtime, by the library it comes in and by the symbol that every instrumented program has.
struct SanitizerMark {
  std::string_view library, symbol, name;
};
constexpr std::array<SanitizerMark, 5> kSanitizers = {{{"libasan.so", "__asan_init", "AddressSanitizer"},
                                                       {"libhwasan.so", "__hwasan_init", "HWAddressSanitizer"},
                                                       {"libtsan.so", "__tsan_init", "ThreadSanitizer"},
                                                       {"liblsan.so", "__lsan_init", "LeakSanitizer"},
                                                       {"libmsan.so", "__msan_init", "MemorySanitizer"}}};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  /// The object at `offset`; all zero where the file ends before.
  template <class T>
  T at(std::uint64_t offset) const {
    T value{};
    if (offset <= bytes_.size() && bytes_.size() - offset >= sizeof value) {
      std::memcpy(&value, bytes_.data() + offset, sizeof value);
    }
    return value;
  }
  std::string_view text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const std::string_view rest = bytes_.substr(offset);
    return rest.substr(0, rest.find('\0'));
  }
  std::uint64_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

std::vector<Elf64_Phdr> program_headers(const Reader& file, const Elf64_Ehdr& header) {
  std::vector<Elf64_Phdr> segments;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    segments.push_back(file.at<Elf64_Phdr>(header.e_phoff + std::uint64_t{i} * sizeof(Elf64_Phdr)));
  }
  return segments;
}

/// Where a virtual address lies in the file; past its end if nowhere.
std::uint64_t file_offset(const std::vector<Elf64_Phdr>& segments, std::uint64_t address, std::uint64_t file_size) {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return file_size;
}

void read_dynamic(const Reader& file, const std::vector<Elf64_Phdr>& segments, ElfProgram& program) {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_DYNAMIC) continue;
    std::vector<std::uint64_t> needed;
    std::uint64_t names = 0;
    for (std::uint64_t at = segment.p_offset; at - segment.p_offset < segment.p_filesz && at < file.size();
         at += sizeof(Elf64_Dyn)) {
      const auto entry = file.at<Elf64_Dyn>(at);
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
      if (entry.d_tag == DT_STRTAB) names = file_offset(segments, entry.d_un.d_ptr, file.size());
    }
    for (const std::uint64_t name : needed) program.libraries.emplace_back(file.text(names + name));
  }
}

void read_symbol(const Reader& file, const Elf64_Sym& symbol, std::uint64_t names, ElfProgram& program) {
  const std::string_view name = file.text(names + symbol.st_name);
  const unsigned char binding = ELF64_ST_BIND(symbol.st_info);
  if (symbol.st_shndx != SHN_UNDEF && binding != STB_LOCAL && name == "malloc") program.defines_malloc = true;
  for (const SanitizerMark& mark : kSanitizers) {
    if (name == mark.symbol) program.sanitizer = mark.name;
  }
}

void read_symbols(const Reader& file, const Elf64_Ehdr& header, ElfProgram& program) {
  const auto section = [&](std::uint64_t i) { return file.at<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr)); };
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr table = section(i);
    if (table.sh_type != SHT_DYNSYM && table.sh_type != SHT_SYMTAB) continue;
    const Elf64_Shdr names = section(table.sh_link);
    for (std::uint64_t at = table.sh_offset; at - table.sh_offset < table.sh_size && at < file.size();
         at += sizeof(Elf64_Sym)) {
      read_symbol(file, file.at<Elf64_Sym>(at), names.sh_offset, program);
    }
  }
}

}  // namespace

std::optional<ElfProgram> ElfProgram::parse(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view(ELFMAG, SELFMAG)) || bytes.size() < EI_NIDENT) return std::nullopt;
  const Reader file(bytes);
  const auto header = file.at<Elf64_Ehdr>(0);
  ElfProgram program;
  program.is_64_bit = header.e_ident[EI_CLASS] == ELFCLASS64;
  program.machine = header.e_machine;  // at the same place in 32-bit files
  if (!program.is_64_bit || header.e_ident[EI_DATA] != ELFDATA2LSB) return program;
  const std::vector<Elf64_Phdr> segments = program_headers(file, header);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_INTERP) program.interpreter = file.text(segment.p_offset);
  }
  read_dynamic(file, segments, program);
  read_symbols(file, header, program);
  for (const std::string& library : program.libraries) {
    for (const SanitizerMark& mark : kSanitizers) {
      if (library.starts_with(mark.library)) program.sanitizer = mark.name;
    }
  }
  return program;
}

}  // namespace memline::commands
