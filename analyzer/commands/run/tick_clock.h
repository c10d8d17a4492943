/// \file TickClock: converts CLOCK_MONOTONIC, which the kernel stamps samples with, to the counter of the traces.
///
/// Both are read together now and then; between two such moments a straight line holds. One thread.
#pragma once

#include <cstdint>
#include <deque>

#include "commands/run/image_starts.h"

namespace memline::commands {

class TickClock {
 public:
  TickClock();
  /// Reads both clocks. At least once after each time that is converted, for best results.
  void update();
  std::uint64_t to_ticks(std::uint64_t monotonic_ns, const TraceClock& clock) const;

 private:
  struct Moment {
    std::uint64_t monotonic_ns = 0, counter = 0;
  };
  std::deque<Moment> moments_;
};

}  // namespace memline::commands
