/// \file KnownPaths: the inner ends of recent stacks, by which a stack is known again without a step.
///
/// A program calls malloc and free from a few places at a time, at the same depth: the two or three frames in between
/// change with every event and come back with the next. A path is what led from a hook's caller to a kept frame, its
/// base: the registers that it began with, and the words that were read on the way. By the same proof as in kept_stack.h,
/// a walk that begins with the same registers and finds the same words comes to the same place; if the kept frame that is
/// there, and what is outside of it, are unchanged, then the whole stack is known, and nothing has to be unwound or written.
///
/// Only frames of the two common kinds, on a known stack; whatever else there is takes a walk. Part of one Unwinder, in
/// zeroed memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/fresh_frame.h"
#include "unwinder/kept_stack.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

class KnownPaths {
 public:
  /// The stack of a hook's caller, where a path leads to an unchanged frame of `stack`; or nullptr.
  [[gnu::always_inline]] KnownStack* find(const StartRegisters& start, const KeptStack& stack) noexcept {
    if (left_out_ != 0) {
      --left_out_;
      return nullptr;
    }
    Path* const path = taken_from(start, stack.bounds());
    if (path == nullptr || !stack.has(path->base) || !stack.is_unchanged_from(path->base.index)) return nullptr;
    path->misses = 0;
    ++hits_;
    const std::uint64_t base_hash = stack.hash(path->base.index);
    return path->base_hash == base_hash ? &path->stack : hash_anew(*path, base_hash);
  }

  /// After a walk that find() could not spare: `fresh[count - 1]`, the outermost, is now the kept frame `base`; none has
  /// flags but kUsesBp.
  void learn(const FreshFrame* fresh, std::uint32_t count, std::uint32_t base, const KeptStack& stack) noexcept;

  void forget() noexcept;

 private:
  static constexpr std::size_t kSets = 64, kWays = 4;
  static constexpr std::size_t kMostWords = 7;
  static constexpr std::uint8_t kMostMisses = 3;
  /// Where fewer than two walks in three are spared, as in a compiler, looking for paths costs more than it saves: left
  /// out for a while then.
  static constexpr std::uint32_t kMissesCounted = 256, kLeftOut = 8192;

  struct alignas(64) Path {
    std::uint64_t pc;  ///< 0: nothing but its tag and its steps are known
    std::uint64_t sp;
    std::uint64_t bp;
    KeptStack::Base base;
    std::uint64_t base_hash;
    KnownStack stack;
    std::uint8_t steps;       ///< to the base; the first steps - 1 words are return addresses, the innermost first
    std::uint8_t word_count;  ///< the others are saved values of bp
    std::uint8_t misses;      ///< in a row: its words were there, but the base had changed
    bool starts_with_bp;      ///< the bp of the hook's caller matters
    Word words[kMostWords];
  };
  static_assert(sizeof(Path) == 192);

  /// Apart from the paths, so that most misses touch nothing else.
  struct Set {
    std::uint32_t tags[kWays];
  };

  static std::uint32_t tag_of(std::uint64_t pc, std::uint64_t sp) noexcept {
    return static_cast<std::uint32_t>(pc ^ (sp << 12) ^ (sp >> 4)) | 1U << 31;
  }
  static bool is_unchanged(const Path& path) noexcept {
    std::uint64_t difference = 0;
    const Word* const end = path.words + path.word_count;
    for (const Word* word = path.words; word != end; ++word) difference |= word->difference();
    return difference == 0;
  }
  /// The path whose registers and words are there. Those lie between sp and the base, all on the known stack.
  Path* taken_from(const StartRegisters& start, StackBounds bounds) noexcept {
    if (start.sp - bounds.lo >= bounds.hi - bounds.lo) return nullptr;
    const std::uint32_t tag = tag_of(start.pc, start.sp);
    const Set& set = sets_[tag % kSets];
    Path* path = paths_[tag % kSets];
    for (std::size_t way = 0; way < kWays; ++way, ++path) {
      if (set.tags[way] == tag && path->pc == start.pc && path->sp == start.sp && path->base.slot < bounds.hi &&
          (!path->starts_with_bp || path->bp == start.bp) && is_unchanged(*path))
        return path;
    }
    return nullptr;
  }
  static void empty(Path& path, std::uint32_t steps) noexcept;
  Path* place_for(const FreshFrame* fresh, std::uint32_t& steps) noexcept;
  static KnownStack* hash_anew(Path& path, std::uint64_t base_hash) noexcept;

  Path paths_[kSets][kWays];
  Set sets_[kSets];
  std::uint32_t hits_;  ///< since the misses were last counted from 0
  std::uint32_t misses_;
  std::uint32_t left_out_;  ///< so many walks to come are not for us
  std::uint8_t next_way_;
};

}  // namespace memline::capture
