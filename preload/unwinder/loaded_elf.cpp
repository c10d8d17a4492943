#include "unwinder/loaded_elf.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/auxv.h>

#include <cstring>

#include "unwinder/raw_syscall.h"

namespace memline::capture {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

Section piece(std::uint64_t begin, std::uint64_t end) noexcept {
  return Section{reinterpret_cast<const std::uint8_t*>(begin), end - begin, begin};
}

bool is_elf(const Elf64_Ehdr& header) noexcept {
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64;
}

struct SegmentTable {
  const Elf64_Phdr* segments;
  std::size_t count;
};

/// The program headers behind an ELF header at `address`, which is readable; nothing where there is none.
SegmentTable segments_at(std::uint64_t address) noexcept {
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(address);
  if (!is_elf(*header) || header->e_phentsize != sizeof(Elf64_Phdr)) return SegmentTable{nullptr, 0};
  const std::uint64_t table_end = header->e_phoff + std::uint64_t{header->e_phnum} * sizeof(Elf64_Phdr);
  if (table_end > kPageBytes) return SegmentTable{nullptr, 0};
  return SegmentTable{reinterpret_cast<const Elf64_Phdr*>(address + header->e_phoff), header->e_phnum};
}

/// The range of a module with holes between its segments is that of one segment only, so the ELF header is looked for
/// in three places: at the start of the range, at the load bias, and where the kernel told about the main executable.
SegmentTable segments_of(const ModuleInfo& module) noexcept {
  SegmentTable table{nullptr, 0};
  if ((module.start & (kPageBytes - 1)) == 0 && module.end - module.start >= sizeof(Elf64_Ehdr)) {
    table = segments_at(module.start);
  }
  if (table.segments != nullptr || module.map == nullptr) return table;
  const std::uint64_t bias = module.map->l_addr;
  ModuleInfo first{};
  if (bias == 0) {
    return SegmentTable{reinterpret_cast<const Elf64_Phdr*>(getauxval(AT_PHDR)), getauxval(AT_PHNUM)};
  }
  if ((bias & (kPageBytes - 1)) == 0 && find_module(bias, first) && first.map == module.map) table = segments_at(bias);
  return table;
}

/// A file opened for the time of one look at its section headers.
class HeaderFile {
 public:
  explicit HeaderFile(const char* path) noexcept
      : descriptor_(raw_syscall(SYS_openat, static_cast<std::uint64_t>(std::int64_t{AT_FDCWD}),
                                reinterpret_cast<std::uint64_t>(path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}
  ~HeaderFile() {
    if (descriptor_ >= 0) raw_syscall(SYS_close, static_cast<std::uint64_t>(descriptor_));
  }
  HeaderFile(const HeaderFile&) = delete;
  HeaderFile& operator=(const HeaderFile&) = delete;

  bool read(void* out, std::size_t size, std::uint64_t offset) const noexcept {
    return descriptor_ >= 0 &&
           raw_syscall(SYS_pread64, static_cast<std::uint64_t>(descriptor_), reinterpret_cast<std::uint64_t>(out), size,
                       offset) == static_cast<std::int64_t>(size);
  }

 private:
  std::int64_t descriptor_;
};

bool find_section(const HeaderFile& file, const char* name, Elf64_Shdr& out) noexcept {
  Elf64_Ehdr header;
  Elf64_Shdr names;
  if (!file.read(&header, sizeof header, 0) || !is_elf(header) || header.e_shentsize != sizeof(Elf64_Shdr))
    return false;
  if (!file.read(&names, sizeof names, header.e_shoff + header.e_shstrndx * sizeof(Elf64_Shdr))) return false;
  const std::size_t name_size = std::strlen(name) + 1;
  char text[16];
  if (name_size > sizeof text) return false;
  for (unsigned i = 1; i < header.e_shnum; ++i) {
    if (!file.read(&out, sizeof out, header.e_shoff + i * sizeof(Elf64_Shdr))) return false;
    if ((out.sh_flags & SHF_ALLOC) == 0 || out.sh_type == SHT_NOBITS) continue;
    if (file.read(text, name_size, names.sh_offset + out.sh_name) && std::memcmp(text, name, name_size) == 0)
      return true;
  }
  return false;
}

}  // namespace

Section section_from(const ModuleInfo& module, std::uint64_t address) noexcept {
  const SegmentTable table = segments_of(module);
  if (table.segments == nullptr) {
    const bool inside = address >= module.start && address < module.end;
    return inside ? piece(address, module.end) : Section{nullptr, 0, 0};
  }
  const std::uint64_t bias = module.map != nullptr ? module.map->l_addr : 0;
  for (std::size_t i = 0; i < table.count; ++i) {
    const Elf64_Phdr& segment = table.segments[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_R) == 0) continue;
    const std::uint64_t begin = bias + segment.p_vaddr;
    if (address - begin < segment.p_filesz) return piece(address, begin + segment.p_filesz);
  }
  return Section{nullptr, 0, 0};
}

Section eh_frame_by_file(const ModuleInfo& module) noexcept {
  const Section nothing{nullptr, 0, 0};
  if (module.map == nullptr || module.map->l_name == nullptr) return nothing;
  const HeaderFile file(module.map->l_name[0] != '\0' ? module.map->l_name : "/proc/self/exe");
  Elf64_Shdr section;
  if (!find_section(file, ".eh_frame", section)) return nothing;
  const Section rest = section_from(module, module.map->l_addr + section.sh_addr);
  return section.sh_size <= rest.size ? Section{rest.data, section.sh_size, rest.address} : nothing;
}

}  // namespace memline::capture
