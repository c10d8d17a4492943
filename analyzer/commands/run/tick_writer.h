/// \file TickWriter: adds Tick records to a trace that another process is writing.
#pragma once

#include <cstdint>
#include <optional>

#include "commands/run/image_starts.h"
#include "commands/run/outside_lane.h"
#include "commands/run/outside_trace.h"

namespace memline::commands {

class TickWriter {
 public:
  /// `trace` must outlive the writer.
  TickWriter(OutsideTrace& trace, TraceClock clock) : trace_(trace), clock_(clock) {}

  /// The process occupies `rss_pages` just now. On any trouble nothing is written from then on.
  void sample(std::uint64_t rss_pages);
  /// Seals what was written.
  void finish();

 private:
  OutsideTrace& trace_;
  TraceClock clock_;
  std::optional<OutsideLane> lane_;
};

}  // namespace memline::commands
