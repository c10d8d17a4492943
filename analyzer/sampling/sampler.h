/// \file Sampler: takes samples of a process and its descendants out of the kernel's rings, in a thread of its own, and
/// hands them with their call stacks to a SampleSink, in the order of time.
///
/// The rings of different processors are merged: what is older than a moment before the rings were read is complete. All
/// calls to the sink come from the sampler's thread, but for those during finish().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "sampling/code_map.h"
#include "sampling/perf_events.h"
#include "sampling/stack_walk.h"

namespace memline::sampling {

struct TakenSample {
  std::uint32_t pid = 0, tid = 0;
  std::uint64_t time_ns = 0;  ///< CLOCK_MONOTONIC
  std::size_t counter = 0;
  std::uint64_t value = 0;
  std::optional<std::uint64_t> address;  ///< of a page fault
  std::span<const WalkedFrame> frames;   ///< the innermost first; valid during the call
  trace::StackEnd end = trace::StackEnd::kRoot;
};

/// What a counter has counted in one process.
struct ProcessTotal {
  std::uint64_t value = 0;
  std::uint64_t enabled_ns = 0, counting_ns = 0;  ///< of all processes together
  bool estimated = false;                         ///< from its samples
};

class SampleSink {
 public:
  virtual ~SampleSink() = default;
  /// A process came to be, or began another program: what it samples from here on belongs to that.
  virtual void on_program(std::uint32_t pid, std::uint64_t time_ns) = 0;
  virtual void on_sample(const TakenSample& sample) = 0;
  virtual void on_lost(std::uint64_t time_ns, std::uint64_t records) = 0;
  /// The rings have been emptied, and all that happened until `settled_ns` has been told: a good time to write.
  virtual void on_round(std::uint64_t settled_ns) = 0;
};

class Sampler {
 public:
  /// Opens the counters. A running process must stand still until this is done. `sink` must outlive the Sampler.
  Sampler(std::vector<CounterSpec> specs, CountedProcess process, SampleSink& sink);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  const std::vector<OpenedCounter>& counters() const { return events_.counters(); }
  void start();
  /// Empties the rings for good. Afterwards totals() are known, unless the thread had to give up (no memory, say): then
  /// there are none.
  void finish();
  /// By process, one for each of counters().
  const std::map<std::uint32_t, std::vector<ProcessTotal>>& totals() const { return totals_; }

 private:
  /// A record as it came out of a ring.
  struct Waiting {
    std::uint64_t time_ns = 0;
    std::size_t offset = 0, bytes = 0;
  };

  void work();
  void round(std::uint64_t settled_ns);
  void handle(std::span<const std::byte> bytes);
  void handle(const SampleRecord& sample);
  void handle(const MapRecord& map);
  void handle(const ExecRecord& exec);
  void handle(const ForkRecord& fork);
  void handle(const LostRecord& lost);
  void take_totals();

  std::uint32_t pid_;
  SampleSink& sink_;
  PerfEvents events_;
  CodeFiles files_;
  std::unordered_map<std::uint32_t, CodeMap> code_;  ///< by pid
  std::vector<std::byte> bytes_;                     ///< of the records that wait
  std::vector<Waiting> waiting_;
  std::vector<WalkedFrame> frames_;
  std::map<std::uint32_t, std::vector<ProcessTotal>> totals_;
  std::uint64_t lost_ = 0;
  std::atomic<bool> stop_{false};
  bool failed_ = false;  ///< the thread has ended early; known once it is joined
  std::thread thread_;
};

}  // namespace memline::sampling
