/// \file KeptStack: the stack of the last walk, and the proof that its outer part is still the same.
///
/// The proof. Unwinding is a function: the state {pc, sp, bp} of a frame and the words of memory that the step reads
/// determine the next outer state. So where a fresh frame has the pc, the slot (hence the sp) and the bp of a kept one,
/// and every word that was read from there outwards still holds the value that was read, the outer frames are the same.
/// Those words are:
///
///     the return-address slot of every frame;
///     a saved-bp slot, if an outer frame is found by way of that bp (a bp that nobody used may differ);
///     a word that an expression went through to the CFA (realigned stacks, signal frames);
///     the word whose 0 ended the stack.
///
/// The latter three, the extra words, stand in an array of their own, outermost frame's first. Return addresses alone
/// prove nothing: with alloca, an old frame's slots can hold the right values by chance.
///
/// Kept words are compared only where they lie on the current stack, above a frame that has just matched: memory that
/// is readable. Frames for which that does not hold are unproven, and nothing inside of them is matched.
///
/// A walk costs as much as it takes instructions: the processor overlaps the loads. So what every event compares is
/// packed (16 bytes a frame), and the outermost frame has a sentinel outside of it, which spares a test in every loop.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/fresh_frame.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

class KeptStack {
 public:
  static constexpr std::uint32_t kNoMatch = ~std::uint32_t{0};
  static constexpr std::size_t kExtrasPerFrame = 2;

  /// What place() needs for a stack of `max_frames`.
  static constexpr std::size_t frames_needed(std::size_t max_frames) noexcept { return max_frames + 1; }
  static constexpr std::size_t words_needed(std::size_t max_frames) noexcept { return max_frames + 1; }
  static constexpr std::size_t extras_needed(std::size_t max_frames) noexcept {
    return max_frames * kExtrasPerFrame + 1;
  }

  /// Takes zeroed memory.
  void place(KeptFrame* frames, Word* words, Word* extras, std::uint32_t max_frames) noexcept {
    frames_ = frames + 1;
    words_ = words + 1;
    words_[-1].address = ~std::uint64_t{0};
    extras_ = extras;
    max_frames_ = max_frames;
    forget();
  }

  void forget() noexcept {
    depth_ = 0;
    candidates_ = 0;
    bounds_ = StackBounds{0, 0};
  }

  KeptFrame* frames() noexcept { return frames_; }
  const Word* words() const noexcept { return words_; }
  std::uint32_t depth() const noexcept { return depth_; }
  StackEnd end() const noexcept { return end_; }

  /// The kept frames that what is outside of a fresh one may equal.
  struct Candidates {
    const Word* end;    ///< those before this one, the outermost first
    bool are_verified;  ///< all words outside of the innermost one have been compared in this walk
  };

  /// At the begin of a walk, which starts on this stack; none where it starts on an unknown one.
  Candidates candidates(StackBounds bounds, bool known) const noexcept {
    const bool same_stack = known && bounds.lo == bounds_.lo && bounds.hi == bounds_.hi;
    return Candidates{same_stack ? words_ + candidates_ : words_, false};
  }

  /// Whether the kept stack from some frame outwards is what lies outside of a fresh frame, the `count`-th of this walk.
  /// True: the innermost candidate, index_of(left), equals it. Drops the candidates that cannot match any more.
  [[gnu::always_inline]] bool match(std::uint64_t slot, std::uint64_t pc, std::uint64_t bp, bool exact,
                                    std::uint32_t count, Candidates& left) noexcept {
    while (left.end[-1].address < slot) --left.end;
    if (left.end[-1].address != slot || left.end[-1].value != pc) return false;
    const std::uint32_t index = index_of(left);
    const KeptFrame& frame = frames_[index];
    if ((frame.bp != bp && frame.needs_bp != 0) || exact != (frame.exact != 0)) return false;
    if (is_deep_enough(index + count) && (left.are_verified || is_unchanged_outside(index))) [[likely]]
      return true;
    left = unchanged_of(left);
    return false;
  }

  /// Those of the stack of the last walk, if frames of it can be matched.
  StackBounds bounds() const noexcept { return bounds_; }
  std::uint64_t hash(std::uint32_t index) const noexcept { return frames_[index].hash; }

  /// A kept frame that a way from a hook's caller leads to (known_paths.h).
  struct Base {
    std::uint64_t slot;
    std::uint64_t bp;     ///< if it needs one
    std::uint32_t index;  ///< of the frame
    std::uint16_t depth;  ///< of the whole stack
    bool needs_bp;
  };
  /// What a walk has just come to by frame `index`, with so many frames inside of it.
  Base base(std::uint32_t index, std::uint32_t inside) const noexcept {
    const KeptFrame& frame = frames_[index];
    return Base{words_[index].address, frame.bp, index, static_cast<std::uint16_t>(index + inside + 1),
                frame.needs_bp != 0};
  }
  /// Whether that frame is kept still.
  bool has(const Base& base) const noexcept {
    if (base.index >= candidates_ || words_[base.index].address != base.slot || base.depth > most_frames_) return false;
    const KeptFrame& frame = frames_[base.index];
    return frame.exact == 0 && (frame.needs_bp != 0) == base.needs_bp && (!base.needs_bp || frame.bp == base.bp);
  }
  /// Whether it has its return address still, and what is outside of it is unchanged.
  [[gnu::always_inline]] bool is_unchanged_from(std::uint32_t index) const noexcept {
    return words_[index].difference() == 0 && is_unchanged_outside(index);
  }

  std::uint32_t index_of(const Candidates& left) const noexcept {
    return static_cast<std::uint32_t>(left.end - words_) - 1;
  }
  bool is_innermost(const Candidates& left) const noexcept { return left.end == words_ + depth_; }

  /// Replaces what lies inside of kept frame `matched` by the fresh frames, `fresh[count - 1]` being the outermost, equal
  /// to the matched one; none of them has flags but kUsesBp. Gives the number of frames with a new hash.
  std::uint32_t splice(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched) noexcept;

  struct Ending {
    StackEnd end;
    bool is_proven;               ///< unless the words tell, the next walk must find the end anew
    std::uint64_t terminal_slot;  ///< the word whose 0 ended the stack, or 0
  };
  /// The same for fresh frames of any kind. kNoMatch: replaces all. `ending` counts then, and, where that is proven, `bounds`,
  /// those of the stack where they are known.
  std::uint32_t commit(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched, const Ending& ending,
                       StackBounds bounds) noexcept;

 private:
  /// What a frame hands to the next inner one.
  struct Link {
    std::uint64_t hash;
    std::uint32_t extras;  ///< how many there are by then
    bool needs_bp;         ///< the outer frame has the bp of the inner one, and needs it
  };

  /// A stack that was cut holds enough outer frames for just the same depth.
  bool is_deep_enough(std::uint32_t depth) const noexcept {
    return depth <= max_frames_ && (end_ != StackEnd::kDepthLimit || depth == max_frames_);
  }

  [[gnu::always_inline]] bool is_unchanged_outside(std::uint32_t index) const noexcept {
    const Word* word = words_;
    const Word* const last = words_ + index;
    std::uint64_t difference = 0;
    for (; last - word >= 4; word += 4) {
      difference |= word[0].difference() | word[1].difference() | word[2].difference() | word[3].difference();
    }
    for (; word != last; ++word) difference |= word->difference();
    const Word* extra = extras_;
    const Word* const extras_end = extras_ + extras_outside(index);
    for (; extra != extras_end; ++extra) difference |= extra->difference();
    return difference == 0;
  }

  /// How many of the extra words belong to what is outside of frame `index`.
  std::uint32_t extras_outside(std::uint32_t index) const noexcept { return (frames_ + index)[-1].extras; }

  Candidates unchanged_of(Candidates left) const noexcept;
  template <bool kPlain>
  std::uint32_t replace_inside(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched) noexcept;
  template <bool kPlain>
  std::uint32_t write(const FreshFrame* fresh, const FreshFrame* from, std::uint32_t index, Link link,
                      bool same) noexcept;
  template <bool kPlain>
  void link_in(std::uint32_t index, const FreshFrame& fresh, bool needs_bp, Link& link) noexcept;

  Word* words_;        ///< the return-address slots
  KeptFrame* frames_;  ///< frames_[-1], the sentinel, has the extra words of the stack's end
  Word* extras_;
  std::uint32_t depth_;
  std::uint32_t candidates_;  ///< frames inside of these cannot be matched
  StackBounds bounds_;        ///< {0, 0}: the next walk cannot use what is kept
  std::uint32_t max_frames_;
  std::uint32_t most_frames_;  ///< of a stack that ends as this one; 0 where it was cut, and its depth decides
  StackEnd end_;
};

}  // namespace memline::capture
