/// \file FreshFrame: a frame just unwound, with where it was read from.
#pragma once

#include <cstdint>

namespace memline::capture {

/// Collected innermost first. The addresses name the words from which the frame was derived: whoever finds the same
/// values there again, starting from the same inner frame, has found the same frame.
struct FreshFrame {
  static constexpr std::uint64_t kExact = 1;     ///< pc is that of an interrupted instruction
  static constexpr std::uint64_t kUsesBp = 2;    ///< the step outwards from this frame depends on its bp
  static constexpr std::uint64_t kCfaWord = 4;   ///< `cfa_word` counts
  static constexpr std::uint64_t kUnproven = 8;  ///< the words do not tell all, or cannot be compared later

  std::uint64_t slot;  ///< of the pc
  std::uint64_t pc;
  std::uint64_t bp;
  std::uint64_t bp_slot;   ///< where bp was restored from; 0: it is the inner frame's
  std::uint64_t cfa_word;  ///< a word of memory that led to `slot`, where registers alone did not
  std::uint64_t flags;
};

}  // namespace memline::capture
