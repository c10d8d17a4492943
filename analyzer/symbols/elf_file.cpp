#include "symbols/elf_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <utility>

namespace memline::symbols {
namespace {

constexpr std::size_t kMaxBuildIdBytes = 64;

std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1U) ^ 0xedb88320U : value >> 1U;
    table[byte] = value;
  }
  return table;
}

}  // namespace

std::string identity_of(const struct stat& status) {
  std::string text;
  for (const auto number :
       {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
        static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_mtim.tv_sec),
        static_cast<std::int64_t>(status.st_mtim.tv_nsec), static_cast<std::int64_t>(status.st_ctim.tv_sec),
        static_cast<std::int64_t>(status.st_ctim.tv_nsec)}) {
    text += std::to_string(number) + " ";
  }
  return text;
}

bool is_regular_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::unique_ptr<ElfFile> ElfFile::open(const std::string& path, OpenFault& fault) {
  // stat first: opening a device can have effects of its own. The descriptor is checked again, since names move.
  fault = OpenFault::kUnreadable;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) fault = OpenFault::kMissing;
    return nullptr;
  }
  if (!S_ISREG(status.st_mode)) return nullptr;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    if (errno == ENOENT) fault = OpenFault::kMissing;
    return nullptr;
  }
  Elf* elf = nullptr;
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
      static_cast<std::uint64_t>(status.st_size) <= kMaxElfBytes && elf_version(EV_CURRENT) != EV_NONE) {
    elf = elf_begin(descriptor, ELF_C_READ_MMAP, nullptr);
  }
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) {
    if (elf != nullptr) elf_end(elf);
    ::close(descriptor);
    return nullptr;
  }
  fault = OpenFault::kNone;
  return std::unique_ptr<ElfFile>(new ElfFile(path, descriptor, elf));
}

ElfFile::ElfFile(std::string path, int descriptor, Elf* elf)
    : path_(std::move(path)), descriptor_(descriptor), elf_(elf) {
  const void* id = nullptr;
  const ssize_t size = dwelf_elf_gnu_build_id(elf_, &id);
  if (size > 0 && id != nullptr && static_cast<std::size_t>(size) <= kMaxBuildIdBytes) {
    build_id_.assign(static_cast<const char*>(id), static_cast<std::size_t>(size));
  }
  scan_sections();
}

ElfFile::~ElfFile() {
  elf_end(elf_);
  ::close(descriptor_);
}

void ElfFile::scan_sections() {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return;
  for (Elf_Scn* section = elf_nextscn(elf_, nullptr); section != nullptr; section = elf_nextscn(elf_, section)) {
    GElf_Shdr header{};
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if ((header.sh_flags & SHF_EXECINSTR) != 0 && (header.sh_flags & SHF_ALLOC) != 0 && header.sh_size > 0 &&
        header.sh_addr + header.sh_size > header.sh_addr) {
      code_sections_.push_back({header.sh_addr, header.sh_addr + header.sh_size});
    }
    if (header.sh_type == SHT_SYMTAB) has_symbol_table_ = true;
    const char* name = elf_strptr(elf_, names, header.sh_name);
    if (name == nullptr || header.sh_type == SHT_NOBITS) continue;
    const std::string_view text = name;
    if (text == ".debug_info" || text == ".zdebug_info") has_debug_info_ = true;
    if (text == ".gnu_debugaltlink") shares_debug_info_ = true;
  }
  std::sort(code_sections_.begin(), code_sections_.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
}

std::string ElfFile::identity() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 ? identity_of(status) : std::string();
}

std::span<const std::byte> ElfFile::code_at(std::uint64_t address, std::uint64_t& begin) const {
  for (Elf_Scn* section = elf_nextscn(elf_, nullptr); section != nullptr; section = elf_nextscn(elf_, section)) {
    GElf_Shdr header{};
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
    if ((header.sh_flags & SHF_EXECINSTR) == 0 || address < header.sh_addr) continue;
    if (address - header.sh_addr >= header.sh_size) continue;
    const Elf_Data* const data = elf_getdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return {};
    begin = header.sh_addr;
    return {static_cast<const std::byte*>(data->d_buf), data->d_size};
  }
  return {};
}

DebugLink ElfFile::debug_link() const {
  GElf_Word crc = 0;
  const char* name = dwelf_elf_gnu_debuglink(elf_, &crc);
  if (name == nullptr) return {};
  const std::string_view text = name;
  // A plain file name by definition; a path in its place wants us to look elsewhere.
  if (text.empty() || text == "." || text == ".." || text.find('/') != std::string_view::npos) return {};
  return {std::string(text), crc};
}

std::uint32_t ElfFile::crc32() const {
  static const std::array<std::uint32_t, 256> table = make_crc_table();
  std::vector<unsigned char> buffer(std::size_t{1} << 16);
  std::uint32_t crc = 0xffffffffU;
  off_t position = 0;
  for (;;) {
    const ssize_t got = ::pread(descriptor_, buffer.data(), buffer.size(), position);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (ssize_t i = 0; i < got; ++i) {
      crc = table[(crc ^ buffer[static_cast<std::size_t>(i)]) & 0xffU] ^ (crc >> 8U);
    }
    position += got;
  }
  return ~crc;
}

}  // namespace memline::symbols
