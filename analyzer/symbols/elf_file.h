/// \file ElfFile: an ELF file opened for reading, whoever wrote it and whatever its name stands for.
///
/// Opens regular files only, never waits (no FIFO, no device), and refuses files above kMaxElfBytes. Owns descriptor
/// and libelf handle; everything it hands out lives as long as it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct Elf;
struct stat;

namespace memline::symbols {

/// Files are mapped, not read, so the cap only keeps absurd sizes away from the section arithmetic.
inline constexpr std::uint64_t kMaxElfBytes = std::uint64_t{64} << 30;

enum class OpenFault : std::uint8_t { kNone, kMissing, kUnreadable };

struct AddressRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// What .gnu_debuglink says.
struct DebugLink {
  std::string file_name;  ///< empty if there is none
  std::uint32_t crc = 0;
};

class ElfFile {
 public:
  /// Null if it cannot be used, and then `fault` says why.
  static std::unique_ptr<ElfFile> open(const std::string& path, OpenFault& fault);
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  Elf* elf() const { return elf_; }
  const std::string& path() const { return path_; }
  const std::string& build_id() const { return build_id_; }  ///< raw bytes, empty if it has none
  bool has_debug_info() const { return has_debug_info_; }
  bool has_symbol_table() const { return has_symbol_table_; }
  /// Whether dwz moved some of its debug information to another file.
  bool shares_debug_info() const { return shares_debug_info_; }
  /// Tells this file as it is now from any other, and from itself after a change; "" if that cannot be told.
  std::string identity() const;
  /// Address ranges of the sections that hold code, sorted. Code thrown away by the linker leaves debug information
  /// at address 0 or -1: that is how to tell it.
  const std::vector<AddressRange>& code_sections() const { return code_sections_; }
  DebugLink debug_link() const;
  /// The section of code around `address`, and where it begins; empty where the file does not have its bytes.
  std::span<const std::byte> code_at(std::uint64_t address, std::uint64_t& begin) const;
  /// The checksum that .gnu_debuglink uses, over the whole file.
  std::uint32_t crc32() const;

 private:
  ElfFile(std::string path, int descriptor, Elf* elf);
  void scan_sections();

  std::string path_;
  int descriptor_;
  Elf* elf_;
  std::string build_id_;
  bool has_debug_info_ = false;
  bool has_symbol_table_ = false;
  bool shares_debug_info_ = false;
  std::vector<AddressRange> code_sections_;
};

/// Device, inode, size and times.
std::string identity_of(const struct stat& status);

/// Whether `path` is a regular file right now; follows links, opens nothing.
bool is_regular_file(const std::string& path);

}  // namespace memline::symbols
