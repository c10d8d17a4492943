/// \file What /proc says of the memory of processes, and who their children are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace memline::commands {

enum class MemoryMetric : std::uint8_t {
  kRss,   ///< everything in RAM
  kPss,   ///< the same, what is shared divided among those who share it
  kUss,   ///< what would be free if the process ended
  kHeap,  ///< anonymous memory in RAM: heap, stacks, written data
};

/// Bytes. Error: the process is gone (kNothing), or not to be looked at (kUnreadable).
Result<std::uint64_t> read_memory(pid_t pid, MemoryMetric metric);

/// Its children, their children and so on, as far as they are alive; empty without /proc.
std::vector<pid_t> descendants_of(pid_t pid);

}  // namespace memline::commands
