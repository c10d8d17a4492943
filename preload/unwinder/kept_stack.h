/// \file KeptStack: the stack of the last walk, and the proof that its outer part is still the same.
///
/// The proof. Unwinding is a function: the state {pc, sp, bp} of a frame and the words of memory that the step reads
/// determine the next outer state. So where a fresh frame has the pc, the slot (hence the sp) and the bp of a kept one,
/// and every word that was read from there outwards still holds the value that was read, the outer frames are the same.
/// Those words are:
///
///     the return-address slot of every frame;
///     a saved-bp slot, if an outer frame is found by way of that bp (a bp that nobody used may differ);
///     a word that an expression went through to the CFA (realigned stacks, signal frames).
///
/// The latter two, the extra words, stand in an array of their own, outermost frame's first. Return addresses alone
/// prove nothing: with alloca, an old frame's slots can hold the right values by chance.
///
/// Kept words are compared only where they lie on the current stack, above a frame that has just matched: memory that
/// is readable. Frames for which that does not hold are unproven, and nothing inside of them is matched.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/fresh_frame.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

/// A word of memory and what it held.
struct Word {
  std::uint64_t address;
  std::uint64_t value;

  bool is_unchanged() const noexcept { return difference(address, value) == 0; }

  static std::uint64_t difference(std::uint64_t address, std::uint64_t value) noexcept {
    using AnyWord [[gnu::may_alias]] = std::uint64_t;  // the program's memory, of whatever type
    return *reinterpret_cast<const AnyWord*>(address) ^ value;
  }
};

class KeptStack {
 public:
  static constexpr std::uint32_t kNoMatch = ~std::uint32_t{0};
  static constexpr std::size_t kExtrasPerFrame = 2;

  /// Takes memory for max_frames frames and max_frames * kExtrasPerFrame words.
  void place(KeptFrame* frames, Word* extras, std::uint32_t max_frames) noexcept {
    frames_ = frames;
    extras_ = extras;
    max_frames_ = max_frames;
    forget();
  }

  void forget() noexcept {
    depth_ = 0;
    reusable_ = false;
  }

  std::uint32_t depth() const noexcept { return depth_; }
  StackEnd end() const noexcept { return end_; }

  /// The kept stack as it is, where a walk's first frame has matched the innermost one.
  bool is_innermost(std::uint32_t index) const noexcept { return index + 1 == depth_; }

  /// Begins a walk. `known`: the start lies on the known stack. Gives the candidates: frames [0, candidates) may match.
  std::uint32_t begin_walk(StackBounds bounds, bool known) noexcept {
    const bool same_stack = known && reusable_ && bounds.lo == bounds_.lo && bounds.hi == bounds_.hi;
    bounds_ = bounds;
    known_ = known;
    is_verified_ = false;
    if (!same_stack) return 0;
    return depth_ <= max_match_ ? depth_ : max_match_ + 1;
  }

  /// Whether the kept stack from some frame outwards is what lies outside of a fresh frame, the `count`-th of this
  /// walk. True: kept frame candidates - 1 equals it. Lowers `candidates` past the frames that cannot match any more.
  [[gnu::always_inline]] bool match(std::uint64_t slot, std::uint64_t pc, std::uint64_t bp, bool exact,
                                    std::uint32_t count, std::uint32_t& candidates) noexcept {
    for (; candidates > 0; --candidates) {
      const KeptFrame& kept = frames_[candidates - 1];
      if (kept.return_slot < slot) continue;
      if (kept.return_slot != slot || kept.pc != pc || (kept.bp != bp && kept.needs_bp != 0)) return false;
      if (exact != (kept.exact != 0)) return false;
      if (proves(candidates - 1, count)) [[likely]]
        return true;
      limit(candidates);
      return false;
    }
    return false;
  }

  /// Replaces what lies inside of kept frame `matched` (all of it: kNoMatch) by the fresh frames, `fresh[count - 1]`
  /// being the outermost, equal to the matched one. `ending` counts where nothing matched. Gives the number of frames
  /// with a new hash.
  struct Ending {
    StackEnd end;
    bool is_proven;               ///< unless the words tell, the next walk must find the end anew
    std::uint64_t terminal_slot;  ///< the word whose 0 ended the stack, or 0
  };
  std::uint32_t commit(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched,
                       const Ending& ending) noexcept;

 private:
  /// Whether all that lies outside of frame `index` is as it was, and enough for a stack with `count` frames from
  /// there.
  [[gnu::always_inline]] bool proves(std::uint32_t index, std::uint32_t count) noexcept {
    // A stack that was cut holds enough outer frames for just the same depth.
    if (index + count > max_frames_ || (end_ == StackEnd::kDepthLimit && index + count != max_frames_)) return false;
    if (is_verified_) return true;
    if (terminal_slot_ != 0 && Word::difference(terminal_slot_, 0) != 0) return false;
    const KeptFrame* frame = frames_;
    const KeptFrame* const last = frames_ + index;
    std::uint64_t difference = 0;
    for (; last - frame >= 4; frame += 4) {
      difference |= Word::difference(frame[0].return_slot, frame[0].pc);
      difference |= Word::difference(frame[1].return_slot, frame[1].pc);
      difference |= Word::difference(frame[2].return_slot, frame[2].pc);
      difference |= Word::difference(frame[3].return_slot, frame[3].pc);
    }
    for (; frame != last; ++frame) difference |= Word::difference(frame->return_slot, frame->pc);
    const Word* word = extras_;
    const Word* const words_end = extras_ + (index > 0 ? frames_[index - 1].extras : 0);
    for (; word != words_end; ++word) difference |= Word::difference(word->address, word->value);
    return difference == 0;
  }

  void limit(std::uint32_t& candidates) noexcept;
  std::uint32_t write_extras(std::uint32_t position, std::uint32_t index, const FreshFrame& fresh,
                             bool needs_bp) noexcept;

  KeptFrame* frames_;
  Word* extras_;
  std::uint32_t max_frames_;
  std::uint32_t depth_;
  std::uint32_t max_match_;  ///< frames inside of this one cannot be matched
  StackEnd end_;
  bool is_verified_;  ///< the candidates' outer frames have been compared in this walk
  bool known_;
  bool reusable_;
  StackBounds bounds_;
  std::uint64_t terminal_slot_;
};

}  // namespace memline::capture
