#include "unwinder/loaded_elf.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>

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
  const Section nothing{nullptr, 0, 0};
  if (address < module.start || address >= module.end) return nothing;
  // The first segment begins with the file's own headers in all but hand-made files; those are bounded by the range.
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(module.start);
  if (!is_elf(*header)) return piece(address, module.end);
  const std::uint64_t table_end = header->e_phoff + std::uint64_t{header->e_phnum} * sizeof(Elf64_Phdr);
  if (header->e_phentsize != sizeof(Elf64_Phdr) || table_end > kPageBytes) return piece(address, module.end);
  const auto* segments = reinterpret_cast<const Elf64_Phdr*>(module.start + header->e_phoff);
  const std::uint64_t bias = module.map != nullptr ? module.map->l_addr : 0;
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    const Elf64_Phdr& segment = segments[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_R) == 0) continue;
    const std::uint64_t begin = bias + segment.p_vaddr;
    const std::uint64_t end = begin + segment.p_filesz;
    if (address >= begin && address < end && end <= module.end) return piece(address, end);
  }
  return nothing;
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
