/// \file SampleWriter: brings the samples of all processes into their traces.
///
/// A process without a trace (static programs, MEMLINE_CHILDREN=none) loses its samples. Calls come from the sampler's
/// thread, and after it has finished from another.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "commands/run/image_starts.h"
#include "commands/run/sample_lane.h"
#include "commands/run/tick_clock.h"
#include "commands/run/trace_locator.h"
#include "sampling/sampler.h"

namespace memline::commands {

class SampleWriter : public sampling::SampleSink {
 public:
  /// `locator` must outlive the writer. `first_pid` is the process whose descendants the others are, and whose program
  /// began at `begin_ns` (0: before any of its trace); `most_bytes` bounds each trace.
  SampleWriter(const TraceLocator& locator, std::uint32_t first_pid, std::uint64_t begin_ns, std::uint64_t most_bytes);
  ~SampleWriter() override;

  /// What stands in each trace before its samples; `counters` must outlive the writer.
  void set_counters(std::span<const sampling::OpenedCounter> counters) { counters_ = counters; }
  void on_program(std::uint32_t pid, std::uint64_t time_ns) override;
  void on_sample(const sampling::TakenSample& sample) override;
  void on_lost(std::uint64_t time_ns, std::uint64_t records) override;
  void on_round(std::uint64_t settled_ns) override;
  /// Writes all that is left, and seals.
  void finish(const std::map<std::uint32_t, std::vector<sampling::ProcessTotal>>& totals);

 private:
  struct Process {
    std::vector<std::unique_ptr<SampleLane>> programs;
    std::unique_ptr<OutsideTrace> trace;
    ImageBeginnings beginnings;
    std::size_t images_placed = 0;
    std::uint64_t ended_ns = 0;  ///< it was seen to have ended then; 0: it runs, as far as is known
    bool is_written = false;     ///< all but the totals
    std::uint64_t lost = 0;      ///< records that the kernel dropped while it ran, its own or others'
  };

  Process& process(std::uint32_t pid);
  void find_traces();
  bool adopt_children();
  bool has_ended(const Process& process) const;
  SampleLane* program_of(Process& process, const ImageBeginning& beginning);
  void write(Process& process, std::uint64_t settled_ns);
  void write_and_close(Process& process, std::uint64_t settled_ns);

  const TraceLocator& locator_;
  std::uint64_t most_bytes_;
  std::uint64_t since_;  ///< traces of processes that began before the first are somebody else's
  std::span<const sampling::OpenedCounter> counters_;
  std::map<std::uint32_t, Process> processes_;
  std::map<std::string, std::uint32_t> looked_at_;  ///< path and inode of files that were looked at -> whose they are
  TickClock clock_;
  std::uint64_t lost_ = 0, last_search_ns_ = 0, last_write_ns_ = 0;
};

}  // namespace memline::commands
