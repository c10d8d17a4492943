/// \file TickWriter: adds Tick records to a trace that another process is writing.
///
/// The blocks that it claims are nobody else's, and so is its lane. They are written with pwrite: a mapping would be
/// cut short when the program ends and trims the file. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "commands/run/outside_trace.h"
#include "memline/trace_codec.h"

namespace memline::commands {

/// How a trace tells time, as its ImageStart has it.
struct TraceClock {
  std::uint32_t time_shift = 0;
  bool ticks_are_ns = false;

  /// nullopt while that record is not written yet.
  static std::optional<TraceClock> read(int fd);
  std::uint64_t now() const;
};

class TickWriter {
 public:
  /// `trace` must outlive the writer.
  TickWriter(OutsideTrace& trace, TraceClock clock) : trace_(trace), clock_(clock) {}

  /// The process occupies `rss_pages` just now. On any trouble nothing is written from then on.
  void sample(std::uint64_t rss_pages);
  /// Seals what was written.
  void finish();

 private:
  bool start_block(std::uint64_t ticks);
  bool append(std::uint64_t ticks, std::uint64_t rss_pages);

  OutsideTrace& trace_;
  TraceClock clock_;
  bool broken_ = false;
  std::vector<std::byte> block_;  ///< the open block as it is in the file; empty: none is open
  std::uint64_t block_offset_ = 0;
  std::uint32_t sequence_ = 0, image_ = 0;
  trace::DeltaState state_;
};

}  // namespace memline::commands
