/// \file What /proc says of a process: when it started, whose child it is, and whether the one that writes a trace is still there.
#pragma once

#include <cstdint>
#include <optional>

#include "memline/trace_block.h"

namespace memline::replay {

struct ProcessState {
  std::uint64_t start = 0;  ///< field 22 of /proc/PID/stat
  std::uint32_t parent = 0;
  bool ended = false;  ///< a zombie: nobody has waited for it yet
};
/// nullopt: there is no such process, or no /proc.
std::optional<ProcessState> read_process_state(std::uint32_t pid);

/// A pid alone names nobody for long: start time and boot id must be the same, too. False where /proc cannot tell.
bool process_alive(const trace::TraceHeader& header);

}  // namespace memline::replay
