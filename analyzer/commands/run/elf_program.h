/// \file ElfProgram: the few facts of an executable file that decide whether a preloaded library can see its memory.
/// Reads the file with bounds checked at every step; a damaged file reads as one with fewer facts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace memline::commands {

struct ElfProgram {
  bool is_64_bit = true;
  unsigned machine = 0;                ///< EM_*
  std::string interpreter;             ///< the dynamic loader's path; empty: statically linked
  std::vector<std::string> libraries;  ///< DT_NEEDED
  bool defines_malloc = false;
  std::string sanitizer;  ///< "AddressSanitizer", ... or empty

  /// nullopt where `bytes` is no ELF file.
  static std::optional<ElfProgram> parse(std::string_view bytes);
};

}  // namespace memline::commands
