#include "sampling/stack_walk.h"

#include <cstring>
#include <optional>

namespace memline::sampling {
namespace {

using symbols::CallFrameRow;
using trace::StackEnd;

constexpr std::size_t kMostFrames = 512;

struct Registers {
  std::uint64_t pc = 0, sp = 0, bp = 0;
};

std::optional<std::uint64_t> read_copy(const SampleRecord& sample, std::uint64_t address) {
  const std::uint64_t offset = address - sample.sp;
  std::uint64_t value = 0;
  if (offset > sample.stack.size() || sample.stack.size() - offset < sizeof value) return std::nullopt;
  std::memcpy(&value, sample.stack.data() + offset, sizeof value);
  return value;
}

/// Moves to the caller; nullopt: done, else why not.
std::optional<StackEnd> step(const SampleRecord& sample, const CallFrameRow& row, Registers& at) {
  if (row.outermost) return StackEnd::kRoot;
  const auto offset = [](std::uint64_t base, std::int32_t distance) {
    return base + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
  };
  std::uint64_t cfa = offset(row.base == CallFrameRow::Base::kBp ? at.bp : at.sp, row.cfa_offset);
  if (row.cfa_in_memory) {
    const auto kept = read_copy(sample, cfa);
    if (!kept) return cfa < sample.sp ? StackEnd::kBadMemory : StackEnd::kCopyEnd;
    cfa = *kept;
  }
  if (cfa <= at.sp) return StackEnd::kBadMemory;
  const auto caller = read_copy(sample, offset(cfa, row.return_offset));
  if (!caller) return StackEnd::kCopyEnd;
  if (row.saved_bp != CallFrameRow::SavedBp::kUntouched) {
    const std::uint64_t base = row.saved_bp == CallFrameRow::SavedBp::kAtCfa ? cfa : at.bp;
    const auto bp = read_copy(sample, offset(base, row.bp_offset));
    if (!bp) return StackEnd::kBadMemory;
    at.bp = *bp;
  }
  at.pc = *caller;
  at.sp = cfa;
  return at.pc == 0 ? std::optional(StackEnd::kRoot) : std::nullopt;
}

}  // namespace

StackEnd walk_stack(const SampleRecord& sample, const CodeMap& code, std::vector<WalkedFrame>& frames) {
  frames.clear();
  if (!sample.has_registers) return StackEnd::kNoUnwindInfo;
  Registers at{sample.user_ip, sample.sp, sample.bp};
  bool exact = true;
  while (frames.size() < kMostFrames) {
    // a call may be the last instruction of its function: what follows belongs to the next
    const std::uint64_t inside = exact ? at.pc : at.pc - 1;
    const CodeModule* const module = code.find(inside);
    const std::uint64_t bias = module == nullptr ? 0 : module->bias;
    frames.push_back({module, at.pc - bias, exact});
    if (module == nullptr || module->frames == nullptr) return StackEnd::kNoUnwindInfo;
    const CallFrameRow* const row = module->frames->row(inside - bias);
    if (row == nullptr) return StackEnd::kNoUnwindInfo;
    if (const auto end = step(sample, *row, at)) return *end;
    exact = false;
  }
  return StackEnd::kDepthLimit;
}

}  // namespace memline::sampling
