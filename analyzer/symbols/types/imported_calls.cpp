#include "symbols/types/imported_calls.h"

#include <gelf.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstring>
#include <span>

namespace memline::symbols {
namespace {

/// A stub is a jump, behind a landing pad where the CPU wants one.
constexpr int kMostStubInstructions = 3;
constexpr std::size_t kMaxImportBytes = std::size_t{1} << 16;

}  // namespace

void ImportedCalls::read_relocations() {
  is_read_ = true;
  if (code_ == nullptr) return;
  Elf* elf = code_->elf();
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header{};
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_RELA || header.sh_entsize == 0) continue;
    Elf_Scn* symbols = elf_getscn(elf, header.sh_link);
    GElf_Shdr symbols_header{};
    if (symbols == nullptr || gelf_getshdr(symbols, &symbols_header) == nullptr) continue;
    if (symbols_header.sh_type != SHT_DYNSYM) continue;
    Elf_Data* entries = elf_getdata(section, nullptr);
    Elf_Data* table = elf_getdata(symbols, nullptr);
    if (entries == nullptr || table == nullptr || entries->d_buf == nullptr || table->d_buf == nullptr) continue;
    const std::size_t count = std::min<std::size_t>(entries->d_size / header.sh_entsize, INT_MAX);
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Rela relocation{};
      GElf_Sym symbol{};
      if (gelf_getrela(entries, static_cast<int>(i), &relocation) == nullptr) break;
      const auto type = GELF_R_TYPE(relocation.r_info);
      if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
      if (gelf_getsym(table, static_cast<int>(GELF_R_SYM(relocation.r_info)), &symbol) == nullptr) continue;
      const char* text = elf_strptr(elf, symbols_header.sh_link, symbol.st_name);
      if (text != nullptr)
        by_slot_.emplace(relocation.r_offset, std::string_view(text, ::strnlen(text, kMaxImportBytes)));
    }
  }
}

std::string_view ImportedCalls::name_of_slot(std::uint64_t address) {
  if (!is_read_) read_relocations();
  const auto found = by_slot_.find(address);
  return found == by_slot_.end() ? std::string_view() : found->second;
}

std::string_view ImportedCalls::name(const Instruction& call) {
  if (call.destination != 0) return name_of_stub(call.destination);
  return call.memory.base == kRip ? name_of_slot(static_cast<std::uint64_t>(call.memory.offset)) : std::string_view();
}

std::string_view ImportedCalls::name_of_stub(std::uint64_t destination) {
  if (code_ == nullptr || destination == 0) return {};
  std::uint64_t begin = 0;
  const std::span<const std::byte> code = code_->code_at(destination, begin);
  std::uint64_t address = destination;
  for (int i = 0; i < kMostStubInstructions && address >= begin && address - begin < code.size(); ++i) {
    const std::optional<Instruction> instruction = decoder_.decode(code.subspan(address - begin), address);
    if (!instruction || instruction->next <= address) return {};
    if (instruction->kind == Instruction::Kind::kJump) {
      if (instruction->memory.base != kRip) return {};
      return name_of_slot(static_cast<std::uint64_t>(instruction->memory.offset));
    }
    if (instruction->kind != Instruction::Kind::kOther || instruction->changed != 0) return {};
    address = instruction->next;
  }
  return {};
}

}  // namespace memline::symbols
