#include "symbols/call_frames.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <span>
#include <utility>

#include "symbols/elf_file.h"

namespace memline::symbols {
namespace {

// The numbers that DWARF gives to the registers of x86-64 (System V ABI, figure 3.36).
constexpr int kBpRegister = 6;
constexpr int kSpRegister = 7;
constexpr int kReturnRegister = 16;

/// A program that runs for years meets no more places than this; a damaged file could go on.
constexpr std::size_t kMostRows = std::size_t{1} << 20;

/// A register plus a number, or a number, while an expression is worked out.
struct Term {
  int base = -1;  ///< a register; -1: none
  std::uint64_t value = 0;
};

/// Location or value of a rule as register + offset, perhaps to be read from memory.
struct Place {
  Term term;
  bool in_memory = false;
};

bool fits(std::uint64_t offset) {
  const auto number = static_cast<std::int64_t>(offset);
  return number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
}

/// Works an expression out as far as it is base + constant; the pc counts as a constant. Enough for what compilers and
/// linkers write (the PLT's `rsp + 8 + ((rip & 15) >= 11) * 8`).
std::optional<Place> evaluate(std::span<const Dwarf_Op> operations, std::uint64_t pc) {
  std::array<Term, 16> stack{};
  std::size_t depth = 0;
  bool in_memory = false;
  const auto push = [&](Term term) {
    if (depth == stack.size()) return false;
    stack[depth++] = term;
    return true;
  };
  const auto push_register = [&](std::uint64_t number, std::uint64_t offset) {
    if (number == kReturnRegister) return push({-1, pc + offset});
    if (number != kSpRegister && number != kBpRegister) return false;
    return push({static_cast<int>(number), offset});
  };
  for (const Dwarf_Op& operation : operations) {
    if (in_memory) return std::nullopt;  // only the very last step may read memory
    const std::uint8_t code = operation.atom;
    if (code >= DW_OP_breg0 && code <= DW_OP_breg31) {
      if (!push_register(code - std::uint64_t{DW_OP_breg0}, operation.number)) return std::nullopt;
    } else if (code == DW_OP_bregx) {
      if (!push_register(operation.number, operation.number2)) return std::nullopt;
    } else if (code >= DW_OP_lit0 && code <= DW_OP_lit31) {
      if (!push({-1, code - std::uint64_t{DW_OP_lit0}})) return std::nullopt;
    } else if (code == DW_OP_plus_uconst) {
      if (depth == 0) return std::nullopt;
      stack[depth - 1].value += operation.number;
    } else if (code == DW_OP_deref) {
      in_memory = true;
    } else {
      if (depth < 2) return std::nullopt;
      const Term right = stack[--depth];
      Term& left = stack[depth - 1];
      if (right.base >= 0 && (code != DW_OP_plus || left.base >= 0)) return std::nullopt;
      switch (code) {
        case DW_OP_plus:
          left = {left.base >= 0 ? left.base : right.base, left.value + right.value};
          break;
        case DW_OP_and:
        case DW_OP_ge:
        case DW_OP_shl:
          if (left.base >= 0 || right.value > 63) return std::nullopt;
          left.value = code == DW_OP_and  ? left.value & right.value
                       : code == DW_OP_ge ? static_cast<std::uint64_t>(left.value >= right.value)
                                          : left.value << right.value;
          break;
        default:
          return std::nullopt;
      }
    }
  }
  if (depth != 1 || stack[0].base < 0 || !fits(stack[0].value)) return std::nullopt;
  return Place{stack[0], in_memory};
}

/// Where a rule says that a register is kept.
struct Rule {
  bool untouched = false, undefined = false;
  std::optional<std::int32_t> from_cfa;
  std::optional<std::int32_t> from_bp;
};

Rule register_rule(Dwarf_Frame* frame, int number, std::uint64_t pc) {
  std::array<Dwarf_Op, 3> memory{};
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  Rule rule;
  if (dwarf_frame_register(frame, number, memory.data(), &operations, &count) != 0) return rule;
  if (count == 0) {
    rule.untouched = operations == nullptr;
    rule.undefined = operations != nullptr;
    return rule;
  }
  const std::span<const Dwarf_Op> all(operations, count);
  if (all[0].atom == DW_OP_call_frame_cfa) {
    if (count == 1) rule.from_cfa = 0;
    if (count == 2 && all[1].atom == DW_OP_plus_uconst && fits(all[1].number)) {
      rule.from_cfa = static_cast<std::int32_t>(static_cast<std::int64_t>(all[1].number));
    }
    return rule;
  }
  const std::optional<Place> place = evaluate(all, pc);
  if (place && !place->in_memory && place->term.base == kBpRegister) {
    rule.from_bp = static_cast<std::int32_t>(static_cast<std::int64_t>(place->term.value));
  }
  return rule;
}

std::optional<CallFrameRow> make_row(Dwarf_Frame* frame, std::uint64_t pc) {
  bool is_signal = false;
  if (dwarf_frame_info(frame, nullptr, nullptr, &is_signal) != kReturnRegister || is_signal) return std::nullopt;
  CallFrameRow row;
  const Rule caller = register_rule(frame, kReturnRegister, pc);
  if (caller.undefined) {
    row.outermost = true;
    return row;
  }
  if (!caller.from_cfa) return std::nullopt;
  row.return_offset = *caller.from_cfa;

  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame, &operations, &count) != 0 || count == 0) return std::nullopt;
  const std::optional<Place> cfa = evaluate({operations, count}, pc);
  if (!cfa) return std::nullopt;
  row.base = cfa->term.base == kBpRegister ? CallFrameRow::Base::kBp : CallFrameRow::Base::kSp;
  row.cfa_offset = static_cast<std::int32_t>(static_cast<std::int64_t>(cfa->term.value));
  row.cfa_in_memory = cfa->in_memory;

  const Rule bp = register_rule(frame, kBpRegister, pc);
  if (bp.from_cfa) {
    row.saved_bp = CallFrameRow::SavedBp::kAtCfa;
    row.bp_offset = *bp.from_cfa;
  } else if (bp.from_bp) {
    row.saved_bp = CallFrameRow::SavedBp::kAtBp;
    row.bp_offset = *bp.from_bp;
  }
  return row;
}

}  // namespace

std::unique_ptr<CallFrames> CallFrames::open(const std::string& path) {
  OpenFault fault = OpenFault::kNone;
  std::unique_ptr<ElfFile> file = ElfFile::open(path, fault);
  GElf_Ehdr header{};
  if (file == nullptr || gelf_getehdr(file->elf(), &header) == nullptr || header.e_machine != EM_X86_64) return nullptr;
  return std::unique_ptr<CallFrames>(new CallFrames(std::move(file)));
}

CallFrames::CallFrames(std::unique_ptr<ElfFile> file) : file_(std::move(file)), table_(nullptr) {
  table_ = dwarf_getcfi_elf(file_->elf());
}

CallFrames::~CallFrames() {
  if (table_ != nullptr) dwarf_cfi_end(table_);
}

const CallFrameRow* CallFrames::row(std::uint64_t offset) {
  if (rows_.size() >= kMostRows) rows_.clear();
  const auto [entry, is_new] = rows_.try_emplace(offset);
  if (is_new && table_ != nullptr) {
    Dwarf_Frame* frame = nullptr;
    if (dwarf_cfi_addrframe(table_, offset, &frame) == 0) {
      entry->second = make_row(frame, offset);
      std::free(frame);
    }
  }
  return entry->second ? &*entry->second : nullptr;
}

std::optional<std::uint64_t> CallFrames::bias(std::uint64_t address, std::uint64_t file_offset) const {
  std::size_t count = 0;
  if (elf_getphdrnum(file_->elf(), &count) != 0) return std::nullopt;
  constexpr std::uint64_t kPageMask = 4095;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment{};
    if (gelf_getphdr(file_->elf(), static_cast<int>(i), &segment) == nullptr || segment.p_type != PT_LOAD) continue;
    // segments are mapped in whole pages; only the one that holds code counts, for another may share its first page
    const std::uint64_t begin = segment.p_offset & ~kPageMask;
    if ((segment.p_flags & PF_X) == 0 || file_offset < begin || file_offset >= segment.p_offset + segment.p_filesz) {
      continue;
    }
    return address - file_offset - (segment.p_vaddr - segment.p_offset);
  }
  return std::nullopt;
}

const std::string& CallFrames::build_id() const {
  return file_->build_id();
}

}  // namespace memline::symbols
