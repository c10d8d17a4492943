/// \file ImportedCalls: the names of functions of other modules that code calls through its procedure linkage table.
/// Reads the relocations once. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "symbols/elf_file.h"
#include "symbols/types/instruction.h"

namespace memline::symbols {

class ImportedCalls {
 public:
  /// All must outlive it; `code` may be null.
  ImportedCalls(const ElfFile* code, InstructionDecoder& decoder) : code_(code), decoder_(decoder) {}

  /// The symbol that a call or a jump goes to, by a stub of the table or by the word with its address; "" if by neither. The
  /// text lives as long as the file.
  std::string_view name(const Instruction& call);

 private:
  /// The symbol behind a stub; "" if `destination` is none.
  std::string_view name_of_stub(std::uint64_t destination);
  /// The symbol whose address the loader puts into this word.
  std::string_view name_of_slot(std::uint64_t address);
  void read_relocations();

  const ElfFile* code_;
  InstructionDecoder& decoder_;
  bool is_read_ = false;
  std::unordered_map<std::uint64_t, std::string_view> by_slot_;
};

}  // namespace memline::symbols
