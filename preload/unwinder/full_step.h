/// \file One step outwards with all registers: the slow and general way.
#pragma once

#include <cstdint>

#include "unwinder/registers.h"
#include "unwinder/row_source.h"
#include "unwinder/stack_memory.h"

namespace memline::capture {

enum class StepResult : std::uint8_t { kStepped, kRoot, kNoUnwindInfo, kBadMemory };

/// Where the caller's pc and bp were found; 0: in registers.
struct StepOrigin {
  std::uint64_t pc_slot;
  std::uint64_t bp_slot;
};

/// Replaces the registers of a frame by its caller's. `found` is the frame's row.
StepResult full_step(const RowSource::Full& found, StackMemory& memory, Registers& registers,
                     StepOrigin& origin) noexcept;

}  // namespace memline::capture
