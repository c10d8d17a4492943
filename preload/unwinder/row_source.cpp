#include "unwinder/row_source.h"

#include <cstring>

namespace memline::capture {
namespace {

/// mov $SYS_rt_sigreturn, %rax; syscall: what every signal handler on x86-64 returns to. C libraries other than glibc
/// and the Go runtime give it no unwind information.
bool is_signal_trampoline(std::uint64_t pc, const UnwindModule& module) noexcept {
  static constexpr std::uint8_t kCode[] = {0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05};
  if (module.end - pc < sizeof kCode) return false;
  return std::memcmp(reinterpret_cast<const void*>(pc), kCode, sizeof kCode) == 0;
}

/// The compiler's start-up files run a library's static destructors from __do_global_dtors_aux, for which they have no
/// unwind information. A return into it from __cxa_finalize is told by what follows: the call of deregister_tm_clones,
/// movb $1, completed; pop %rbp; ret.
bool is_finalizer_caller(std::uint64_t pc, const UnwindModule& module) noexcept {
  constexpr std::size_t kBytes = 14;
  if (module.end - pc < kBytes) return false;
  const auto* const code = reinterpret_cast<const std::uint8_t*>(pc);
  return code[0] == 0xE8 && code[5] == 0xC6 && code[6] == 0x05 && code[11] == 0x01 && code[12] == 0x5D &&
         code[13] == 0xC3;
}

/// push %rbp; mov %rsp, %rbp is behind us.
void set_frame_pointer_row(FullRow& row) noexcept {
  row = FullRow{};
  row.cfa = CfaRule{16, 0, kRegisterBp, false, true};
  row.rules[kRegisterBp] = Rule{-16, 0, RuleKind::kOffset};
  row.rules[kRegisterReturn] = Rule{-8, 0, RuleKind::kOffset};
}

}  // namespace

RowSource::Full RowSource::full_row(std::uint64_t pc, bool exact) noexcept {
  Full result{nullptr, nullptr, ShortRow{0, 0, RowKind::kNone}, nullptr, false, false};
  // A call may be a function's last instruction: the return address then belongs to what follows.
  const std::uint64_t wanted = exact ? pc : pc - 1;
  UnwindModule* module = modules_.find(wanted, syscalls_allowed_);
  if (module == nullptr) return result;
  result.section = &module->eh_frame;
  Fde fde{};
  if (module->eh_frame.size != 0 && find_fde(module->table, module->eh_frame, wanted, module->cie, fde)) {
    if (!find_row(module->eh_frame, module->cie, fde, wanted, scratch_, full_)) return result;
    result.row = &full_;
    result.is_signal = module->cie.is_signal_frame;
    // An expression may name the pc: it is the true one, not the one that the row was looked up with.
    result.short_row = reduce(module->eh_frame, full_, result.is_signal, pc, memory_);
  } else if (!exact && is_signal_trampoline(pc, *module)) {
    memory_ = kernel_signal_row();
    result.short_row.kind = RowKind::kMemory;
    result.is_signal = true;
    result.is_trampoline = true;
  } else if (!exact && is_finalizer_caller(pc, *module)) {
    set_frame_pointer_row(full_);
    result.row = &full_;
    result.short_row = reduce(module->eh_frame, full_, false, pc, memory_);
  }
  if (result.short_row.kind == RowKind::kMemory) result.memory = &memory_;
  return result;
}

ShortRow RowSource::miss(std::uint64_t pc, bool exact) noexcept {
  const Full found = full_row(pc, exact);
  if (found.section == nullptr) return found.short_row;  // no module: one may be loaded there later, so not remembered
  if (found.memory != nullptr) {
    KeyedMemoryRow& entry = memory_entry(pc);
    entry.pc = pc;
    entry.exact = exact;
    entry.row = *found.memory;
  }
  return *cache_.insert(pc, exact, found.short_row);
}

const MemoryRow& RowSource::memory_row(std::uint64_t pc, bool exact) noexcept {
  KeyedMemoryRow& entry = memory_entry(pc);
  if (entry.pc != pc || entry.exact != exact) miss(pc, exact);
  return entry.row;
}

}  // namespace memline::capture
