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
        words(kept + rounded(KeptStack::frames_needed(max_frames) * sizeof(KeptFrame))),
        extras(words + rounded(KeptStack::words_needed(max_frames) * sizeof(Word))),
        fresh(extras + rounded(KeptStack::extras_needed(max_frames) * sizeof(Word))),
        end(fresh + rounded((max_frames + 1) * sizeof(FreshFrame))) {}
  std::size_t kept;
  std::size_t words;
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
              reinterpret_cast<KeptFrame*>(bytes + layout.kept), reinterpret_cast<Word*>(bytes + layout.words),
              reinterpret_cast<Word*>(bytes + layout.extras));
  return core;
}

KnownStack* Unwinder::known_stack(const StartRegisters& start) noexcept {
  return static_cast<UnwinderCore*>(this)->find_known(start);
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

void UnwinderCore::start(std::uint32_t max_frames, FreshFrame* fresh, KeptFrame* kept, Word* words,
                         Word* extras) noexcept {
  stack_.place(kept, words, extras, max_frames);
  kept_ = stack_.frames();
  pcs_ = stack_.words();
  depth_ = 0;
  max_frames_ = max_frames;
  fresh_ = fresh;
  rows_.start();
}

void UnwinderCore::clear() noexcept {
  rows_.clear();
  clear_stack();
}

void UnwinderCore::clear_stack() noexcept {
  stack_.forget();
  paths_.forget();
  depth_ = 0;
}

UnwinderCore::Step UnwinderCore::end_with(Position& at, StackEnd end) noexcept {
  at.ending.end = end;
  at.ending.is_proven = end != StackEnd::kBadMemory;
  return Step::kEnded;
}

std::uint64_t UnwinderCore::counts(std::uint32_t changed) noexcept {
  depth_ = stack_.depth();
  return depth_ | std::uint64_t{changed} << 32;
}

std::uint64_t UnwinderCore::finish(std::uint32_t count, std::uint32_t matched,
                                   const KeptStack::Ending& ending) noexcept {
  const std::uint32_t changed = stack_.commit(fresh_, count, matched, ending, memory_.known_bounds());
  end_ = stack_.end();
  return counts(changed);
}

/// The walk on a known stack through frames with rows of the two common kinds: nearly all of them. Whatever else it comes
/// to is left to walk_on(). What is checked here about a frame is what reduce() could not promise of its row.
std::uint64_t UnwinderCore::walk_from(const StartRegisters& from, StackBounds bounds) noexcept {
  std::uint64_t pc = from.pc;
  std::uint64_t sp = from.sp;
  std::uint64_t bp = from.bp;
  FreshFrame* frame = fresh_;
  FreshFrame* const limit = fresh_ + max_frames_ - 1;
  frame->slot = sp - 8;
  frame->pc = pc;
  frame->bp = bp;
  frame->bp_slot = 0;
  frame->flags = 0;
  const bool known = sp >= bounds.lo && sp < bounds.hi;
  KeptStack::Candidates left = stack_.candidates(bounds, known);
  while (known) {
    const auto count = static_cast<std::uint32_t>(frame - fresh_) + 1;
    if (stack_.match(sp - 8, pc, bp, false, count, left)) {
      if (count == 1 && stack_.is_innermost(left)) return depth_;
      const std::uint32_t matched = stack_.index_of(left);
      const std::uint32_t changed = stack_.splice(fresh_, count, matched);
      paths_.learn(fresh_, count, matched, stack_);
      return counts(changed);
    }
    const ShortRow row = rows_.row(pc, false);
    if (row.kind > RowKind::kBp || frame == limit) [[unlikely]]
      break;
    const auto bp_offset = static_cast<std::uint64_t>(std::int64_t{row.bp_offset});
    std::uint64_t cfa = static_cast<std::uint64_t>(std::int64_t{row.cfa_offset});
    if (row.kind == RowKind::kBp) {
      frame->flags = FreshFrame::kUsesBp;
      cfa += bp;
      // The words that the frame saved lie within it.
      if (cfa - sp < 8 || cfa + bp_offset - sp > cfa - sp) [[unlikely]]
        break;
    } else {
      cfa += sp;
    }
    if (cfa - sp > bounds.hi - sp) [[unlikely]]
      break;
    const std::uint64_t outer_pc = Word::read(cfa - 8);
    if (outer_pc == 0) [[unlikely]]
      break;
    ++frame;
    frame->bp_slot = 0;
    if (bp_offset != 0) {
      frame->bp_slot = cfa + bp_offset;
      bp = Word::read(cfa + bp_offset);
    }
    pc = outer_pc;
    sp = cfa;
    frame->slot = cfa - 8;
    frame->pc = pc;
    frame->bp = bp;
    frame->flags = 0;
  }
  memory_.begin(from.sp, bounds, rows_.syscalls_allowed());
  return walk_on(Position{pc, sp, bp}, static_cast<std::uint32_t>(frame - fresh_) + 1, left, from);
}

/// Goes on from the `count`-th fresh frame, with frames of any kind.
[[gnu::noinline]] std::uint64_t UnwinderCore::walk_on(Position at, std::uint32_t count, KeptStack::Candidates left,
                                                      const StartRegisters& from) noexcept {
  for (;; ++count) {
    FreshFrame& inner = fresh_[count - 1];
    if (stack_.match(inner.slot, at.pc, at.bp, at.exact, count, left)) {
      return finish(count, stack_.index_of(left), at.ending);
    }
    if (count == max_frames_) break;
    const Step step = step_slowly(at, rows_.row(at.pc, at.exact), inner, fresh_[count]);
    if (step == Step::kNeedsRegisters) return walk_with_registers(from);
    if (step == Step::kEnded) break;
  }
  return finish(count, KeptStack::kNoMatch, at.ending);
}

UnwinderCore::Step UnwinderCore::step_slowly(Position& at, const ShortRow& row, FreshFrame& inner,
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

[[gnu::noinline]] std::uint64_t UnwinderCore::walk_with_registers(const StartRegisters& from) noexcept {
  Registers registers = capture_registers();
  memory_.extend_down(registers.value[kRegisterSp]);
  if (!find_registers(from, registers)) {
    registers.known = 0;
    registers.set(kRegisterReturn, from.pc);
    registers.set(kRegisterSp, from.sp);
    registers.set(kRegisterBp, from.bp);
  }
  KeptStack::Candidates left = stack_.candidates(memory_.known_bounds(), memory_.on_known_stack());
  Position at{from.pc, from.sp, from.bp};
  fresh_[0] = FreshFrame{from.sp - 8, from.pc, from.bp, 0, 0, 0};
  std::uint32_t count = 1;
  for (;; ++count) {
    FreshFrame& inner = fresh_[count - 1];
    if (stack_.match(inner.slot, at.pc, at.bp, at.exact, count, left)) {
      return finish(count, stack_.index_of(left), at.ending);
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
  const auto used = static_cast<std::uint32_t>(count > max_frames_ ? max_frames_ : count);
  for (std::uint32_t i = 0; i < used; ++i) {
    fresh_[i] = FreshFrame{};
    fresh_[i].pc = reinterpret_cast<std::uint64_t>(pcs[i]);
    fresh_[i].flags = FreshFrame::kUnproven;
  }
  return finish(used, KeptStack::kNoMatch, {used < count ? StackEnd::kDepthLimit : end, false, 0});
}

}  // namespace memline::capture
