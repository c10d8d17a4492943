/// \file From a hook's caller to a stack id in the lane: unwinds, looks the stack up, records it where it is new.
#pragma once

#include <cstdint>

#include "lane.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

/// Where the library's own code lies; its frames stand in no recorded stack. The hooks set it once, at start: in dlclose
/// and quick_exit they stand between the program and what it has the C library do.
struct CodeRange {
  std::uint64_t begin, bytes;
  bool contains(std::uint64_t pc) const noexcept { return pc - begin < bytes; }
};
extern CodeRange own_code;

/// The id of the calling thread's stack; 0 where it could not be recorded. The lane is in use by the caller.
std::uint32_t record_stack(Lane& lane, const StartRegisters& start) noexcept;

/// The id of a stack of which only the innermost return address is known.
std::uint32_t record_lone_frame(Lane& lane, std::uint64_t return_address) noexcept;

}  // namespace memline::capture
