/// \file Own memory: where memline's own mappings lie, and which those of its tables are, so that a look at the resident
/// pages can tell them from the program's: the kernel joins neighbouring mappings, whoever made them.
///
/// A short list without a lock; what does not fit is mapped all the same and counts as the program's. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memline::capture {

struct OwnRange {
  std::uint64_t begin = 0, bytes = 0;  ///< begin 0: none
};

inline constexpr std::size_t kMostOwnRanges = 256;

/// Where to ask the kernel for `bytes`: far from where it puts what the program maps. A program may give memory back and
/// map it again at the same place, with MAP_FIXED: none of ours must lie there meanwhile. nullptr: anywhere.
void* own_place(std::size_t bytes) noexcept;

/// Zeroed private memory as sys::map_private() gives it; nullptr: there is none.
void* map_own(std::size_t bytes) noexcept;
void unmap_own(void* memory, std::size_t bytes) noexcept;

/// The range number `index` of those in use; its begin is 0 where there is none.
OwnRange own_range(std::size_t index) noexcept;

}  // namespace memline::capture
