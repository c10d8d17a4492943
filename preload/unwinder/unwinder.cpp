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
        extras(kept + rounded(max_frames * sizeof(KeptFrame))),
        fresh(extras + rounded(max_frames * KeptStack::kExtrasPerFrame * sizeof(Word))),
        end(fresh + rounded((max_frames + 1) * sizeof(FreshFrame))) {}
  std::size_t kept;
  std::size_t extras;
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
              reinterpret_cast<KeptFrame*>(bytes + layout.kept), reinterpret_cast<Word*>(bytes + layout.extras));
  return core;
}

std::uint64_t Unwinder::walk_packed(const StartRegisters& start, StackBounds bounds) noexcept {
  return static_cast<UnwinderCore*>(this)->walk_from(start, bounds);
}

Unwinder::Walk Unwinder::adopt(const void* const* pcs, std::size_t count, StackEnd end) noexcept {
  const std::uint64_t counts = static_cast<UnwinderCore*>(this)->adopt_frames(pcs, count, end);
  return Walk{static_cast<std::uint32_t>(counts), static_cast<std::uint32_t>(counts >> 32), end_};
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

void UnwinderCore::start(std::uint32_t max_frames, FreshFrame* fresh, KeptFrame* kept, Word* extras) noexcept {
  kept_ = kept;
  depth_ = 0;
  max_frames_ = max_frames;
  fresh_ = fresh;
  stack_.place(kept, extras, max_frames);
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

UnwinderCore::Position UnwinderCore::position_at(const StartRegisters& from) noexcept {
  return Position{from.pc, from.sp, from.bp, false, 0, {StackEnd::kDepthLimit, true, 0}};
}

UnwinderCore::Step UnwinderCore::end_with(Position& at, StackEnd end) noexcept {
  at.ending.end = end;
  at.ending.is_proven = end != StackEnd::kBadMemory;
  return Step::kEnded;
}

std::uint64_t UnwinderCore::finish(std::uint32_t count, std::uint32_t matched,
                                   const KeptStack::Ending& ending) noexcept {
  const std::uint32_t changed = stack_.commit(fresh_, count, matched, ending);
  depth_ = stack_.depth();
  end_ = stack_.end();
  return depth_ | std::uint64_t{changed} << 32;
}

std::uint64_t UnwinderCore::walk_from(const StartRegisters& from, StackBounds bounds) noexcept {
  memory_.begin(from.sp, bounds, rows_.syscalls_allowed());
  std::uint32_t candidates = stack_.begin_walk(bounds, memory_.on_known_stack());
  // The walk's position, in registers; `at` is its copy for the slow steps.
  std::uint64_t pc = from.pc;
  std::uint64_t sp = from.sp;
  std::uint64_t bp = from.bp;
  bool exact = false;
  std::uint64_t room = memory_.room_above(sp);
  Position at = position_at(from);
  FreshFrame* frame = fresh_;
  FreshFrame* const limit = fresh_ + max_frames_ - 1;
  frame->slot = sp - 8;
  frame->pc = pc;
  frame->bp = bp;
  frame->bp_slot = 0;
  frame->flags = 0;
  for (;;) {
    const auto count = static_cast<std::uint32_t>(frame - fresh_) + 1;
    if (stack_.match(frame->slot, pc, bp, exact, count, candidates)) {
      if (count == 1 && stack_.is_innermost(candidates - 1)) return depth_;
      return finish(count, candidates - 1, at.ending);
    }
    if (frame == limit) break;
    const ShortRow row = rows_.row(pc, exact);
    FreshFrame* const outer = frame + 1;
    if (row.kind <= RowKind::kBp) [[likely]] {
      std::uint64_t cfa = sp;
      if (row.kind == RowKind::kBp) {
        cfa = bp;
        frame->flags |= FreshFrame::kUsesBp;
        __asm__("" : "+r"(cfa));  // a branch, which is predicted; not a conditional move, which waits for the row
      }
      cfa += static_cast<std::uint64_t>(std::int64_t{row.cfa_offset});
      const std::uint64_t bp_slot = cfa + static_cast<std::uint64_t>(std::int64_t{row.bp_offset});
      const std::uint64_t size = cfa - sp;
      // The frame [sp, CFA) lies on the known stack, and the words that it saved lie within.
      if (size >= 8 && size <= room && (row.bp_offset == 0 || bp_slot - sp <= size - 8)) [[likely]] {
        outer->bp_slot = 0;
        if (row.bp_offset != 0) {
          __builtin_memcpy(&bp, reinterpret_cast<const void*>(bp_slot), 8);
          outer->bp_slot = bp_slot;
        }
        __builtin_memcpy(&pc, reinterpret_cast<const void*>(cfa - 8), 8);
        sp = cfa;
        exact = false;
        room -= size;
        if (pc == 0) [[unlikely]] {
          at.ending = KeptStack::Ending{StackEnd::kRoot, true, cfa - 8};
          break;
        }
        outer->slot = cfa - 8;
        outer->pc = pc;
        outer->bp = bp;
        outer->flags = 0;
        frame = outer;
        continue;
      }
    }
    at.pc = pc;
    at.sp = sp;
    at.bp = bp;
    at.exact = exact;
    const Step step = step_slowly(at, row, *frame, *outer);
    if (step == Step::kNeedsRegisters) return walk_with_registers(from, bounds);
    if (step == Step::kEnded) break;
    pc = at.pc;
    sp = at.sp;
    bp = at.bp;
    exact = at.exact;
    room = memory_.room_above(sp);
    frame = outer;
  }
  return finish(static_cast<std::uint32_t>(frame - fresh_) + 1, KeptStack::kNoMatch, at.ending);
}

[[gnu::noinline]] UnwinderCore::Step UnwinderCore::step_slowly(Position& at, const ShortRow& row, FreshFrame& inner,
                                                               FreshFrame& outer) noexcept {
  outer = FreshFrame{};
  switch (row.kind) {
    case RowKind::kRoot:
      return end_with(at, StackEnd::kRoot);
    case RowKind::kNone:
      return end_with(at, StackEnd::kNoUnwindInfo);
    case RowKind::kFull:
      return Step::kNeedsRegisters;
    case RowKind::kMemory:
      return step_memory(at, inner, outer);
    case RowKind::kSp:
    case RowKind::kBp:
      break;
  }
  if (row.kind == RowKind::kBp) inner.flags |= FreshFrame::kUsesBp;
  const std::uint64_t cfa =
      (row.kind == RowKind::kBp ? at.bp : at.sp) + static_cast<std::uint64_t>(std::int64_t{row.cfa_offset});
  outer.slot = cfa - 8;
  outer.bp = at.bp;
  if (row.bp_offset != 0) outer.bp_slot = cfa + static_cast<std::uint64_t>(std::int64_t{row.bp_offset});
  return arrive(at, inner, outer, cfa);
}

UnwinderCore::Step UnwinderCore::step_memory(Position& at, FreshFrame& inner, FreshFrame& outer) noexcept {
  const MemoryRow& row = rows_.memory_row(at.pc, at.exact);
  const auto by_bp = [](const Place& place) { return place.base == Place::Base::kBp; };
  if (by_bp(row.cfa) || by_bp(row.return_address) || by_bp(row.bp)) inner.flags |= FreshFrame::kUsesBp;
  std::uint64_t cfa = base_value(row.cfa.base, at.sp, at.bp, 0) + static_cast<std::uint64_t>(row.cfa.offset);
  if (row.cfa.loaded) {
    outer.cfa_word = cfa;
    outer.flags |= FreshFrame::kCfaWord;
    if (!memory_.read(cfa, cfa)) return end_with(at, StackEnd::kBadMemory);
    cfa += static_cast<std::uint64_t>(row.cfa.after);
  }
  outer.slot =
      base_value(row.return_address.base, at.sp, at.bp, cfa) + static_cast<std::uint64_t>(row.return_address.offset);
  outer.bp = at.bp;
  if (row.is_signal) outer.flags |= FreshFrame::kExact;
  if (row.bp.base != Place::Base::kNowhere) {
    outer.bp_slot = base_value(row.bp.base, at.sp, at.bp, cfa) + static_cast<std::uint64_t>(row.bp.offset);
  }
  return arrive(at, inner, outer, cfa);
}

/// Ends a step: reads the words that `outer` names, and moves there.
UnwinderCore::Step UnwinderCore::arrive(Position& at, const FreshFrame& inner, FreshFrame& outer,
                                        std::uint64_t sp) noexcept {
  const bool readable =
      memory_.read(outer.slot, outer.pc) && (outer.bp_slot == 0 || memory_.read(outer.bp_slot, outer.bp));
  return readable ? moved(at, inner, outer, sp) : end_with(at, StackEnd::kBadMemory);
}

/// Whether a word can be compared later, once a frame with `inner_slot` has been found again: it lies above, on the
/// stack.
bool UnwinderCore::comes_after(std::uint64_t address, std::uint64_t inner_slot) const noexcept {
  return address > inner_slot && memory_.on_known_stack() && memory_.room_above(address) >= sizeof(std::uint64_t);
}

/// Moves to `outer` and its sp, unless the stack ends there or goes down too often to be one.
UnwinderCore::Step UnwinderCore::moved(Position& at, const FreshFrame& inner, FreshFrame& outer,
                                       std::uint64_t sp) noexcept {
  const bool proven = comes_after(outer.slot, inner.slot) &&
                      (outer.bp_slot == 0 || comes_after(outer.bp_slot, inner.slot)) &&
                      ((outer.flags & FreshFrame::kCfaWord) == 0 || comes_after(outer.cfa_word, inner.slot));
  if (!proven) outer.flags |= FreshFrame::kUnproven;
  if (outer.pc == 0) {
    at.ending.terminal_slot = outer.slot;
    end_with(at, StackEnd::kRoot);
    at.ending.is_proven = (outer.flags & FreshFrame::kUnproven) == 0;
    return Step::kEnded;
  }
  const bool exact = (outer.flags & FreshFrame::kExact) != 0;
  if (sp <= at.sp && !exact && at.descents++ == kMaxDescents) return end_with(at, StackEnd::kBadMemory);
  at.pc = outer.pc;
  at.sp = sp;
  at.bp = outer.bp;
  at.exact = exact;
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

[[gnu::noinline]] std::uint64_t UnwinderCore::walk_with_registers(const StartRegisters& from,
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
  std::uint32_t candidates = stack_.begin_walk(bounds, memory_.on_known_stack());
  Position at = position_at(from);
  fresh_[0] = FreshFrame{from.sp - 8, from.pc, from.bp, 0, 0, 0};
  std::uint32_t count = 1;
  for (;; ++count) {
    FreshFrame& inner = fresh_[count - 1];
    if (stack_.match(inner.slot, at.pc, at.bp, at.exact, count, candidates)) {
      return finish(count, candidates - 1, at.ending);
    }
    if (count == max_frames_) break;
    if (step_registers(at, registers, inner, fresh_[count]) == Step::kEnded) break;
  }
  return finish(count, KeptStack::kNoMatch, at.ending);
}

UnwinderCore::Step UnwinderCore::step_registers(Position& at, Registers& registers, FreshFrame& inner,
                                                FreshFrame& outer) noexcept {
  const RowSource::Full found = rows_.full_row(at.pc, at.exact);
  const RowKind kind = found.short_row.kind;
  StepOrigin origin{};
  switch (full_step(found, memory_, registers, origin)) {
    case StepResult::kRoot:
      return end_with(at, StackEnd::kRoot);
    case StepResult::kNoUnwindInfo:
      return end_with(at, StackEnd::kNoUnwindInfo);
    case StepResult::kBadMemory:
      return end_with(at, StackEnd::kBadMemory);
    case StepResult::kStepped:
      break;
  }
  if (kind != RowKind::kSp) inner.flags |= FreshFrame::kUsesBp;
  outer = FreshFrame{};
  outer.slot = origin.pc_slot;
  outer.pc = registers.value[kRegisterReturn];
  outer.bp = registers.value[kRegisterBp];
  outer.bp_slot = origin.bp_slot;
  if (found.is_signal) outer.flags |= FreshFrame::kExact;
  // What led here through other registers is not among the words.
  if (kind != RowKind::kSp && kind != RowKind::kBp) outer.flags |= FreshFrame::kUnproven;
  return moved(at, inner, outer, registers.value[kRegisterSp]);
}

std::uint64_t UnwinderCore::adopt_frames(const void* const* pcs, std::size_t count, StackEnd end) noexcept {
  stack_.begin_walk(StackBounds{0, 0}, false);
  const auto used = static_cast<std::uint32_t>(count > max_frames_ ? max_frames_ : count);
  for (std::uint32_t i = 0; i < used; ++i) {
    fresh_[i] = FreshFrame{};
    fresh_[i].pc = reinterpret_cast<std::uint64_t>(pcs[i]);
    fresh_[i].flags = FreshFrame::kUnproven;
  }
  return finish(used, KeptStack::kNoMatch, {used < count ? StackEnd::kDepthLimit : end, false, 0});
}

}  // namespace memline::capture
