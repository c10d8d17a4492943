/// \file Whether a block or mapping of a record can have the size that it gives.
///
/// A size beyond every address space comes from a damaged or hostile trace, or from a memory pool that lies. Such
/// records are left out: sums of bytes, which are signed, would overflow.
#pragma once

#include <cstdint>
#include <type_traits>

#include "memline/trace_format.h"

namespace memline::replay {

/// User addresses of x86-64 end here with five levels of page tables (Linux, Documentation/arch/x86/x86_64/mm.rst).
inline constexpr std::uint64_t kMostSizeBytes = std::uint64_t{1} << 56;

/// What the record acquires at most; 0 of one that acquires nothing, or whose call failed.
template <class Record>
constexpr std::uint64_t size_to_acquire(const Record& record) {
  if constexpr (std::is_same_v<Record, trace::AcquireUsable>) {
    return record.size_bytes > record.usable_bytes ? record.size_bytes : record.usable_bytes;
  } else if constexpr (std::is_same_v<Record, trace::Acquire> || std::is_same_v<Record, trace::PoolAcquire> ||
                       std::is_same_v<Record, trace::PoolRealloc>) {
    return record.size_bytes;
  } else if constexpr (std::is_same_v<Record, trace::MoveEnd>) {
    return record.address != 0 ? record.size_bytes : 0;
  } else if constexpr (std::is_same_v<Record, trace::RemapEnd>) {
    return record.address != 0 ? record.length_bytes : 0;
  } else if constexpr (std::is_same_v<Record, trace::Map> || std::is_same_v<Record, trace::PoolBacking>) {
    return record.length_bytes;
  } else if constexpr (std::is_same_v<Record, trace::Break>) {
    return record.new_break > record.old_break ? record.new_break - record.old_break : 0;
  } else {
    return 0;
  }
}

template <class Record>
constexpr bool has_possible_size(const Record& record) {
  return size_to_acquire(record) <= kMostSizeBytes;
}

}  // namespace memline::replay
