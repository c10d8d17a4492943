/// \file FrameTable: from a code address to its FDE, by the search table of .eh_frame_hdr where there is one.
///
/// Pure functions over bounded memory, like rows.h. Nothing is owned.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/rows.h"

namespace memline::capture {

/// What .eh_frame_hdr says. `eh_frame_address` is where .eh_frame begins; its extent is for the caller to bound.
struct FrameTable {
  Section header;
  std::uint64_t eh_frame_address;
  std::size_t entries_begin;  ///< in the header
  std::size_t entry_count;    ///< 0: no table that can be searched
};

/// Reads the header. False where it is damaged; then nothing of it is usable.
bool parse_frame_table(const Section& header, FrameTable& out) noexcept;

/// Searches for `pc`: the FDE, and its place in `eh_frame`. Falls back to a scan of `eh_frame` where there is no table.
bool find_fde(const FrameTable& table, const Section& eh_frame, std::uint64_t pc, Cie& cie, Fde& out) noexcept;

}  // namespace memline::capture
