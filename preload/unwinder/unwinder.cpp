#include "unwinder/unwinder.h"

#include "unwinder/full_step.h"
#include "unwinder/unwinder_core.h"

namespace memline::capture {
namespace {

constexpr std::size_t kLineBytes = 64;

constexpr std::size_t rounded(std::size_t bytes) noexcept {
  return (bytes + kLineBytes - 1) / kLineBytes * kLineBytes;
}

/// Where the parts lie behind each other; most of the fresh frames and of the rows are never touched.
struct Layout {
  explicit Layout(std::size_t max_frames) noexcept
      : kept(rounded(sizeof(UnwinderCore))),
        checks(kept + rounded(max_frames * sizeof(KeptFrame))),
        fresh(checks + rounded((max_frames * KeptStack::kChecksPerFrame + 1) * sizeof(Check))),
        end(fresh + rounded((max_frames + 1) * sizeof(FreshFrame))) {}
  std::size_t kept;
  std::size_t checks;
  std::size_t fresh;
  std::size_t end;
};

/// Stacks that are no single range (split stacks, a library's own stack switch) go down now and then; garbage goes down
/// for ever.
constexpr std::uint8_t kMaxDescents = 8;
constexpr int kMaxOwnFrames = 64;

std::uint64_t base_value(Place::Base base, std::uint64_t sp, std::uint64_t bp, std::uint64_t cfa) noexcept {
  return base == Place::Base::kSp ? sp : base == Place::Base::kBp ? bp : cfa;
}

}  // namespace

std::size_t Unwinder::bytes_needed(std::uint32_t max_frames) noexcept {
  return Layout(max_frames).end;
}

Unwinder* Unwinder::create(void* memory, std::uint32_t max_frames) noexcept {
  // No constructor runs over the parts: the memory is zeroed, and start() sets what must not be zero.
  auto* core = static_cast<UnwinderCore*>(memory);
  auto* bytes = static_cast<std::uint8_t*>(memory);
  const Layout layout(max_frames);
  core->start(max_frames, reinterpret_cast<FreshFrame*>(bytes + layout.fresh),
              reinterpret_cast<KeptFrame*>(bytes + layout.kept), reinterpret_cast<Check*>(bytes + layout.checks));
  return core;
}

Unwinder::Walk Unwinder::walk(const StartRegisters& start, StackBounds bounds) noexcept {
  return static_cast<UnwinderCore*>(this)->walk_from(start, bounds);
}

Unwinder::Walk Unwinder::adopt(const void* const* pcs, std::size_t count, StackEnd end) noexcept {
  return static_cast<UnwinderCore*>(this)->adopt_frames(pcs, count, end);
}

void Unwinder::invalidate() noexcept {
  static_cast<UnwinderCore*>(this)->clear();
}

void Unwinder::forget_stack() noexcept {
  static_cast<UnwinderCore*>(this)->clear_stack();
}

void Unwinder::allow_system_calls(bool allowed) noexcept {
  static_cast<UnwinderCore*>(this)->rows().allow_system_calls(allowed);
}

void UnwinderCore::start(std::uint32_t max_frames, FreshFrame* fresh, KeptFrame* kept, Check* checks) noexcept {
  kept_ = kept;
  depth_ = 0;
  max_frames_ = max_frames;
  fresh_ = fresh;
  stack_.place(kept, checks, max_frames);
  rows_.start();
}

void UnwinderCore::clear() noexcept {
  rows_.clear();
  clear_stack();
}

void UnwinderCore::clear_stack() noexcept {
  stack_.forget();
  depth_ = 0;
}

void UnwinderCore::first_frame(const StartRegisters& from, FreshFrame& out) noexcept {
  out = FreshFrame{from.sp - 8, from.pc, from.bp, 0, 0, false, false, false};
}

Unwinder::Walk UnwinderCore::finish(std::uint32_t count, std::uint32_t matched, const Position& at) noexcept {
  const std::uint32_t changed = stack_.commit(fresh_, count, matched, at.end, at.terminal_slot);
  depth_ = stack_.depth();
  return Walk{depth_, changed, stack_.end()};
}

Unwinder::Walk UnwinderCore::walk_from(const StartRegisters& from, StackBounds bounds) noexcept {
  memory_.begin(from.sp, bounds, rows_.syscalls_allowed());
  stack_.begin_walk(bounds, memory_.on_known_stack());
  first_frame(from, fresh_[0]);
  Position at{from.pc, from.sp, from.bp, false, StackEnd::kDepthLimit, 0, 0};
  std::uint64_t room = memory_.room_above(at.sp);
  std::uint32_t count = 1;
  for (;;) {
    FreshFrame& inner = fresh_[count - 1];
    const std::uint32_t matched = stack_.match(inner, count);
    if (matched != KeptStack::kNoMatch) return finish(count, matched, at);
    if (count == max_frames_) break;
    const ShortRow row = rows_.row(at.pc, at.exact);
    FreshFrame& outer = fresh_[count];
    if (row.kind <= RowKind::kBp) [[likely]] {
      const bool by_bp = row.kind == RowKind::kBp;
      const std::uint64_t cfa = (by_bp ? at.bp : at.sp) + static_cast<std::uint64_t>(std::int64_t{row.cfa_offset});
      const std::uint64_t bp_slot = cfa + static_cast<std::uint64_t>(std::int64_t{row.bp_offset});
      const std::uint64_t size = cfa - at.sp;
      // The frame [sp, CFA) lies on the known stack, and the words that it saved lie within.
      if (size >= 8 && size <= room && (row.bp_offset == 0 || bp_slot - at.sp <= size - 8)) [[likely]] {
        inner.uses_bp = by_bp;
        outer.bp_slot = 0;
        if (row.bp_offset != 0) {
          __builtin_memcpy(&at.bp, reinterpret_cast<const void*>(bp_slot), 8);
          outer.bp_slot = bp_slot;
        }
        __builtin_memcpy(&at.pc, reinterpret_cast<const void*>(cfa - 8), 8);
        at.sp = cfa;
        at.exact = false;
        room -= size;
        if (at.pc == 0) [[unlikely]] {
          at.end = StackEnd::kRoot;
          at.terminal_slot = cfa - 8;
          break;
        }
        outer.slot = cfa - 8;
        outer.pc = at.pc;
        outer.bp = at.bp;
        outer.cfa_word = 0;
        outer.exact = false;
        outer.uses_bp = false;
        outer.unproven = false;
        ++count;
        continue;
      }
    }
    const Step step = step_short(at, row, inner, outer);
    if (step == Step::kNeedsRegisters) return walk_with_registers(from, bounds);
    if (step == Step::kEnded) break;
    room = memory_.room_above(at.sp);
    ++count;
  }
  return finish(count, KeptStack::kNoMatch, at);
}

UnwinderCore::Step UnwinderCore::step_short(Position& at, const ShortRow& row, FreshFrame& inner,
                                            FreshFrame& outer) noexcept {
  outer = FreshFrame{};
  switch (row.kind) {
    case RowKind::kRoot:
      at.end = StackEnd::kRoot;
      return Step::kEnded;
    case RowKind::kNone:
      at.end = StackEnd::kNoUnwindInfo;
      return Step::kEnded;
    case RowKind::kFull:
      return Step::kNeedsRegisters;
    case RowKind::kMemory:
      return step_memory(at, inner, outer);
    case RowKind::kSp:
    case RowKind::kBp:
      break;
  }
  inner.uses_bp = row.kind == RowKind::kBp;
  const std::uint64_t cfa = (inner.uses_bp ? at.bp : at.sp) + static_cast<std::uint64_t>(std::int64_t{row.cfa_offset});
  outer.slot = cfa - 8;
  outer.bp = at.bp;
  if (row.bp_offset != 0) outer.bp_slot = cfa + static_cast<std::uint64_t>(std::int64_t{row.bp_offset});
  return arrive(at, outer, cfa);
}

UnwinderCore::Step UnwinderCore::step_memory(Position& at, FreshFrame& inner, FreshFrame& outer) noexcept {
  const MemoryRow& row = rows_.memory_row(at.pc, at.exact);
  inner.uses_bp = row.cfa.base == Place::Base::kBp || row.return_address.base == Place::Base::kBp ||
                  row.bp.base == Place::Base::kBp;
  std::uint64_t cfa = base_value(row.cfa.base, at.sp, at.bp, 0) + static_cast<std::uint64_t>(row.cfa.offset);
  if (row.cfa.loaded) {
    outer.cfa_word = cfa;
    if (!memory_.read(cfa, cfa)) {
      at.end = StackEnd::kBadMemory;
      return Step::kEnded;
    }
    cfa += static_cast<std::uint64_t>(row.cfa.after);
  }
  outer.slot =
      base_value(row.return_address.base, at.sp, at.bp, cfa) + static_cast<std::uint64_t>(row.return_address.offset);
  outer.bp = at.bp;
  outer.exact = row.is_signal;
  if (row.bp.base != Place::Base::kNowhere) {
    outer.bp_slot = base_value(row.bp.base, at.sp, at.bp, cfa) + static_cast<std::uint64_t>(row.bp.offset);
  }
  return arrive(at, outer, cfa);
}

/// Ends a step: reads the words that `outer` names, and moves there.
UnwinderCore::Step UnwinderCore::arrive(Position& at, FreshFrame& outer, std::uint64_t sp) noexcept {
  const bool readable =
      memory_.read(outer.slot, outer.pc) && (outer.bp_slot == 0 || memory_.read(outer.bp_slot, outer.bp));
  if (!readable) {
    at.end = StackEnd::kBadMemory;
    return Step::kEnded;
  }
  return moved(at, outer, sp);
}

/// Moves to `outer` and its sp, unless the stack ends there or goes down too often to be one.
UnwinderCore::Step UnwinderCore::moved(Position& at, const FreshFrame& outer, std::uint64_t sp) noexcept {
  if (outer.pc == 0) {
    at.end = StackEnd::kRoot;
    at.terminal_slot = outer.slot;
    return Step::kEnded;
  }
  if (sp <= at.sp && !outer.exact && at.descents++ == kMaxDescents) {
    at.end = StackEnd::kBadMemory;
    return Step::kEnded;
  }
  at.pc = outer.pc;
  at.sp = sp;
  at.bp = outer.bp;
  at.exact = outer.exact;
  return Step::kStepped;
}

/// From our own frame to the hook's caller: there all registers are known, which the hook did not have to save.
bool UnwinderCore::find_registers(const StartRegisters& from, Registers& registers) noexcept {
  bool exact = true;
  for (int i = 0; i < kMaxOwnFrames; ++i) {
    const RowSource::Full found = rows_.full_row(registers.value[kRegisterReturn], exact);
    StepOrigin origin{};
    if (full_step(found, memory_, registers, origin) != StepResult::kStepped) return false;
    exact = found.is_signal;
    const std::uint64_t sp = registers.value[kRegisterSp];
    if (sp >= from.sp) return sp == from.sp && registers.value[kRegisterReturn] == from.pc;
  }
  return false;
}

[[gnu::noinline]] Unwinder::Walk UnwinderCore::walk_with_registers(const StartRegisters& from,
                                                                   StackBounds bounds) noexcept {
  Registers registers = capture_registers();
  memory_.begin(from.sp, bounds, rows_.syscalls_allowed());
  memory_.extend_down(registers.value[kRegisterSp]);
  if (!find_registers(from, registers)) {
    registers.known = 0;
    registers.set(kRegisterReturn, from.pc);
    registers.set(kRegisterSp, from.sp);
    registers.set(kRegisterBp, from.bp);
  }
  stack_.begin_walk(bounds, memory_.on_known_stack());
  first_frame(from, fresh_[0]);
  Position at{from.pc, from.sp, from.bp, false, StackEnd::kDepthLimit, 0, 0};
  std::uint32_t count = 1;
  for (;; ++count) {
    FreshFrame& inner = fresh_[count - 1];
    const std::uint32_t matched = stack_.match(inner, count);
    if (matched != KeptStack::kNoMatch) return finish(count, matched, at);
    if (count == max_frames_) break;
    if (step_registers(at, registers, inner, fresh_[count]) == Step::kEnded) break;
  }
  return finish(count, KeptStack::kNoMatch, at);
}

UnwinderCore::Step UnwinderCore::step_registers(Position& at, Registers& registers, FreshFrame& inner,
                                                FreshFrame& outer) noexcept {
  const RowSource::Full found = rows_.full_row(at.pc, at.exact);
  const RowKind kind = found.short_row.kind;
  StepOrigin origin{};
  switch (full_step(found, memory_, registers, origin)) {
    case StepResult::kRoot:
      at.end = StackEnd::kRoot;
      return Step::kEnded;
    case StepResult::kNoUnwindInfo:
      at.end = StackEnd::kNoUnwindInfo;
      return Step::kEnded;
    case StepResult::kBadMemory:
      at.end = StackEnd::kBadMemory;
      return Step::kEnded;
    case StepResult::kStepped:
      break;
  }
  inner.uses_bp = kind != RowKind::kSp;
  outer = FreshFrame{};
  outer.slot = origin.pc_slot;
  outer.pc = registers.value[kRegisterReturn];
  outer.bp = registers.value[kRegisterBp];
  outer.bp_slot = origin.bp_slot;
  outer.exact = found.is_signal;
  outer.unproven = kind != RowKind::kSp && kind != RowKind::kBp;
  return moved(at, outer, registers.value[kRegisterSp]);
}

Unwinder::Walk UnwinderCore::adopt_frames(const void* const* pcs, std::size_t count, StackEnd end) noexcept {
  stack_.begin_walk(StackBounds{0, 0}, false);
  Position at{};
  at.end = count > max_frames_ ? StackEnd::kDepthLimit : end;
  const auto used = static_cast<std::uint32_t>(count > max_frames_ ? max_frames_ : count);
  for (std::uint32_t i = 0; i < used; ++i) {
    fresh_[i] = FreshFrame{};
    fresh_[i].pc = reinterpret_cast<std::uint64_t>(pcs[i]);
  }
  return finish(used, KeptStack::kNoMatch, at);
}

}  // namespace memline::capture
