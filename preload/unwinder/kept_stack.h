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
/// They stand in one array, outermost frame first, each frame noting how many belong to it and the frames outside of
/// it. Return addresses alone prove nothing: with alloca, an old frame's slots can hold the right values by chance.
///
/// Kept words are compared only where they lie on the current stack, above a frame that has just matched: memory that
/// is readable. Frames for which that does not hold are `unproven`, and nothing inside of them is matched.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/fresh_frame.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

/// A word of memory that a kept frame was derived from.
struct Check {
  std::uint64_t address;
  std::uint64_t value;
};

class KeptStack {
 public:
  static constexpr std::uint32_t kNoMatch = ~std::uint32_t{0};
  static constexpr std::uint32_t kChecksPerFrame = 3;

  /// Takes memory for max_frames frames and max_frames * kChecksPerFrame + 1 checks.
  void place(KeptFrame* frames, Check* checks, std::uint32_t max_frames) noexcept {
    frames_ = frames;
    checks_ = checks;
    max_frames_ = max_frames;
    forget();
  }

  void forget() noexcept {
    depth_ = 0;
    reusable_ = false;
  }

  std::uint32_t depth() const noexcept { return depth_; }
  StackEnd end() const noexcept { return end_; }

  /// Begins a walk. `known`: the start lies on the known stack.
  void begin_walk(StackBounds bounds, bool known) noexcept {
    const bool same_stack = known && reusable_ && bounds.lo == bounds_.lo && bounds.hi == bounds_.hi;
    candidates_ = !same_stack ? 0 : depth_ < max_match_ ? depth_ : max_match_ + 1;
    if (candidates_ > depth_) candidates_ = depth_;
    is_verified_ = false;
    bounds_ = bounds;
    known_ = known;
  }

  void stop_matching() noexcept { candidates_ = 0; }

  /// Whether the kept stack from some frame outwards is what lies outside of `fresh`, the frame number `count - 1` of
  /// this walk. Gives the kept frame that equals it, or kNoMatch.
  std::uint32_t match(const FreshFrame& fresh, std::uint32_t count) noexcept {
    while (candidates_ > 0) {
      const KeptFrame& kept = frames_[candidates_ - 1];
      if (kept.return_slot > fresh.slot) return kNoMatch;
      if (kept.return_slot == fresh.slot) {
        if (kept.pc != fresh.pc || (kept.bp != fresh.bp && kept.needs_bp != 0)) return kNoMatch;
        return verify(candidates_ - 1, fresh, count);
      }
      --candidates_;
    }
    return kNoMatch;
  }

  /// Replaces what lies inside of kept frame `matched` (all of it: kNoMatch) by the fresh frames, `fresh[count - 1]`
  /// being the outermost, equal to the matched one. `end` and `terminal_slot` (the word whose 0 ended the stack, or 0)
  /// count where nothing matched. Gives the number of frames with a new hash.
  std::uint32_t commit(const FreshFrame* fresh, std::uint32_t count, std::uint32_t matched, StackEnd end,
                       std::uint64_t terminal_slot) noexcept;

 private:
  std::uint32_t verify(std::uint32_t index, const FreshFrame& fresh, std::uint32_t count) noexcept {
    if (fresh.exact != (frames_[index].exact != 0)) return kNoMatch;
    // A stack that was cut holds enough outer frames for just the same depth.
    if (end_ == StackEnd::kDepthLimit && index + count != max_frames_) return kNoMatch;
    if (index + count > max_frames_) return kNoMatch;
    const std::uint32_t checks = index > 0 ? frames_[index - 1].checks : terminal_checks_;
    if (is_verified_ || words_are_unchanged(checks)) [[likely]]
      return index;
    limit_to_unchanged(checks);
    return candidates_ == index + 1 ? index : kNoMatch;
  }

  bool words_are_unchanged(std::uint32_t count) const noexcept {
    const Check* check = checks_;
    const Check* const last = checks_ + count;
    for (; last - check >= 4; check += 4) {
      const std::uint64_t difference = (word(check[0]) ^ check[0].value) | (word(check[1]) ^ check[1].value) |
                                       (word(check[2]) ^ check[2].value) | (word(check[3]) ^ check[3].value);
      if (difference != 0) return false;
    }
    for (; check != last; ++check) {
      if (word(*check) != check->value) return false;
    }
    return true;
  }

  static std::uint64_t word(const Check& check) noexcept {
    using AnyWord [[gnu::may_alias]] = std::uint64_t;  // the program's memory, of whatever type
    return *reinterpret_cast<const AnyWord*>(check.address);
  }

  void limit_to_unchanged(std::uint32_t count) noexcept;
  bool add_check(std::uint32_t& position, std::uint64_t address, std::uint64_t inner_slot) noexcept;
  void write_checks(std::uint32_t index, const FreshFrame& fresh, std::uint64_t inner_slot) noexcept;

  KeptFrame* frames_;
  Check* checks_;
  std::uint32_t max_frames_;
  std::uint32_t depth_;
  std::uint32_t candidates_;  ///< frames [0, candidates_) may still match
  std::uint32_t max_match_;   ///< frames inside of this one cannot be matched
  std::uint32_t terminal_checks_;
  StackBounds bounds_;
  StackEnd end_;
  bool is_verified_;  ///< the candidates' outer frames have been compared in this walk
  bool known_;
  bool reusable_;
};

}  // namespace memline::capture
