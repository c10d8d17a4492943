/// \file FreshFrame: a frame just unwound, with where it was read from.
#pragma once

#include <cstdint>

namespace memline::capture {

/// Collected innermost first. The addresses name the words from which the frame was derived: whoever finds the same
/// values there again, starting from the same inner frame, has found the same frame.
struct FreshFrame {
  std::uint64_t slot;  ///< of the pc
  std::uint64_t pc;
  std::uint64_t bp;
  std::uint64_t bp_slot;   ///< where bp was restored from; 0: it is the inner frame's
  std::uint64_t cfa_word;  ///< a word of memory that led to `slot`; 0: registers alone did
  bool exact;              ///< pc is that of an interrupted instruction
  bool uses_bp;            ///< the step outwards from this frame depends on its bp
  bool unproven;           ///< found by way of something that the words above do not tell, or not further up the stack
};

}  // namespace memline::capture
