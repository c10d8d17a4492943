/// \file What an image's first records say: the process, its clocks, and, in a forked child, how much of its parent's
/// trace it has inherited.
#pragma once

#include <cstdint>

#include "lane.h"
#include "process_info.h"

namespace memline::capture {

/// What a forked child knows of its parent: taken before its own session replaces the copy of its parent's.
struct ForkInfo {
  Identity parent;
  std::uint32_t parent_image;
  std::array<std::uint8_t, 16> parent_trace_id;
  PathText parent_path;
  trace::ForkPosition* positions;
  std::uint32_t position_count;
};

/// Writes ImageStart, and where `fork` is given ForkedFrom and the ForkPositions.
bool write_image_start(Lane& lane, bool paused, const ForkInfo* fork) noexcept;

}  // namespace memline::capture
