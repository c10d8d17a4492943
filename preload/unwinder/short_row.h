/// \file Short rows: what the fast walk keeps of a FullRow, the two registers sp and bp being all it follows.
///
/// Nearly every row is {CFA = sp or bp + offset; bp saved or not, within the frame; return address right below the CFA}
/// and fits eight bytes. Signal frames, realigned stacks and PLT entries need a MemoryRow: places that sp, bp and the CFA lead to,
/// perhaps through one word of memory. What else exists is RowKind::kFull, for the evaluator of full_step.h.
#pragma once

#include <cstdint>

#include "unwinder/rows.h"

namespace memline::capture {

enum class RowKind : std::uint8_t {
  kSp = 0,  ///< CFA = sp + cfa_offset, which is at least 8 and no less than -bp_offset
  kBp,      ///< CFA = bp + cfa_offset
  kNone,    ///< no unwind information
  kRoot,    ///< the outermost frame
  kMemory,  ///< see the MemoryRow
  kFull,    ///< needs more registers than sp and bp, or does something unheard of
};

struct ShortRow {
  std::int32_t cfa_offset;
  std::int16_t bp_offset;  ///< bp is saved at CFA + bp_offset, which is at most -16; 0: bp is unchanged
  RowKind kind;
};

/// base + offset, or the word at that address plus `after`.
struct Place {
  enum class Base : std::uint8_t { kNowhere, kSp, kBp, kCfa };
  std::int64_t offset;
  std::int64_t after;
  Base base;
  bool loaded;
};

struct MemoryRow {
  Place cfa;             ///< its value is the CFA, and the caller's sp
  Place return_address;  ///< the address of the word
  Place bp;              ///< the address of the word; kNowhere: bp is unchanged
  bool is_signal;        ///< the caller was interrupted: its pc is exact
};

/// Reduces the row in force at `pc`. `memory` is filled where the kind is kMemory.
ShortRow reduce(const Section& section, const FullRow& row, bool is_signal_frame, std::uint64_t pc,
                MemoryRow& memory) noexcept;

/// The row of a signal trampoline that has no unwind information, by the kernel's own layout of the frame.
MemoryRow kernel_signal_row() noexcept;

}  // namespace memline::capture
