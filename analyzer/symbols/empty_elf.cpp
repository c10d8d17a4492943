#include "symbols/empty_elf.h"

#include <elf.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace memline::symbols {

std::vector<char> empty_debug_image() {
  // Of the sections that libdw insists on one of, this is the one that nothing here ever reads.
  static constexpr char kNames[] = "\0.shstrtab\0.debug_frame";
  struct Image {
    Elf64_Ehdr header;
    std::array<Elf64_Shdr, 3> sections;
    char names[sizeof(kNames)];
    char frames[1];
  };
  Image image{};
  std::memcpy(image.header.e_ident, ELFMAG, SELFMAG);
  image.header.e_ident[EI_CLASS] = ELFCLASS64;
  image.header.e_ident[EI_DATA] = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  image.header.e_ident[EI_VERSION] = EV_CURRENT;
  image.header.e_type = ET_DYN;
  image.header.e_version = EV_CURRENT;
  image.header.e_shoff = offsetof(Image, sections);
  image.header.e_ehsize = sizeof(Elf64_Ehdr);
  image.header.e_shentsize = sizeof(Elf64_Shdr);
  image.header.e_shnum = static_cast<Elf64_Half>(image.sections.size());
  image.header.e_shstrndx = 1;
  std::memcpy(image.names, kNames, sizeof(kNames));
  image.sections[1].sh_name = 1;
  image.sections[1].sh_type = SHT_STRTAB;
  image.sections[1].sh_offset = offsetof(Image, names);
  image.sections[1].sh_size = sizeof(image.names);
  image.sections[1].sh_addralign = 1;
  image.sections[2].sh_name = sizeof("\0.shstrtab");
  image.sections[2].sh_type = SHT_PROGBITS;
  image.sections[2].sh_offset = offsetof(Image, frames);
  image.sections[2].sh_size = sizeof(image.frames);
  image.sections[2].sh_addralign = 1;
  const char* bytes = reinterpret_cast<const char*>(&image);
  return {bytes, bytes + sizeof(image)};
}

}  // namespace memline::symbols
