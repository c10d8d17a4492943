/// \file When the programs of a trace began, and how it tells time, read while it is being written.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "commands/run/outside_trace.h"

namespace memline::commands {

/// How a trace tells time, as its ImageStart has it.
struct TraceClock {
  std::uint32_t time_shift = 0;
  bool ticks_are_ns = false;

  std::uint64_t now() const;
};

struct ImageBeginning {
  std::uint32_t image = 0;
  std::uint64_t monotonic_ns = 0, ticks = 0;
  TraceClock clock;
  std::uint32_t parent_pid = 0;
};

/// Of the first program; nullopt while it is not written yet.
std::optional<ImageBeginning> read_first_beginning(int fd);

/// Finds the beginnings of programs as they appear in a trace. One thread.
class ImageBeginnings {
 public:
  /// Those found so far, by looking at blocks that were taken since the last call.
  const std::vector<ImageBeginning>& update(const OutsideTrace& trace);

 private:
  std::vector<ImageBeginning> found_;
  std::uint32_t next_block_ = 0;
};

}  // namespace memline::commands
