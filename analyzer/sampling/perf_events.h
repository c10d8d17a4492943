/// \file PerfEvents: the counters of one process and all that it will start, opened from outside.
///
/// Two ring buffers a processor: one for what says where code lies (mappings, forks, execs) and for the counters, one for
/// page faults, which may flood it. Descriptors and mappings are owned. One thread at a time; nothing is ever opened
/// inside the profiled process.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sampling/counter_spec.h"
#include "sampling/perf_record.h"

struct perf_event_attr;

namespace memline::sampling {

/// Count of an event, and for how long (ns) it was wanted and was really counting.
struct Reading {
  std::uint64_t value = 0, enabled_ns = 0, counting_ns = 0;
};

/// What became of a counter that was asked for.
struct OpenedCounter {
  CounterSpec spec;  ///< spec.refusal: why it does not count; "": it does
  bool user_only = false;
};

/// Whose events are counted.
struct CountedProcess {
  std::uint32_t pid = 0;
  bool is_running = false;  ///< counted from now on, its only thread; false: from its next exec on
};

class PerfEvents {
 public:
  /// Opens what can be had.
  PerfEvents(std::vector<CounterSpec> specs, CountedProcess process);
  ~PerfEvents();
  PerfEvents(const PerfEvents&) = delete;
  PerfEvents& operator=(const PerfEvents&) = delete;

  const std::vector<OpenedCounter>& counters() const { return counters_; }
  bool any() const { return !ids_.empty(); }
  /// Index into counters() of the event with this id; counters().size() if it is none of ours.
  std::size_t counter_of(std::uint64_t event) const;

  /// Waits until a ring is half full, or so long.
  void wait(int timeout_ms);
  /// Calls `record` with the bytes of each record in the rings, and makes room.
  void drain(const std::function<void(std::span<const std::byte>)>& record);
  /// Of all processes together, so far; exact.
  Reading read(std::size_t counter) const;

 private:
  enum class RingKind : std::uint8_t { kCounters, kFaults };
  struct Ring {
    RingKind kind = RingKind::kCounters;
    int descriptor = -1;
    std::byte* memory = nullptr;
    std::size_t data_bytes = 0;
    std::vector<std::byte> wrapped;  ///< for a record that goes over the end
  };

  int open_one(perf_event_attr& attributes, int processor);
  /// Why there are none; "": there are.
  std::string open_all_rings();
  bool open_rings(RingKind kind, std::size_t most_bytes);
  bool open_rings_of(RingKind kind, std::size_t bytes);
  void close_rings(RingKind kind);
  int ring_descriptor(RingKind kind, std::size_t processor) const;
  void open_counter(std::size_t index);
  void close_counter(std::size_t index);
  static void drain(Ring& ring, const std::function<void(std::span<const std::byte>)>& record);

  CountedProcess process_;
  std::vector<int> processors_;
  std::vector<OpenedCounter> counters_;
  std::vector<std::vector<int>> descriptors_;           ///< by counter, one a processor
  std::unordered_map<std::uint64_t, std::size_t> ids_;  ///< event id -> counter
  std::vector<Ring> rings_;
  std::vector<pollfd> polled_;
};

/// Why perf_event_open failed, in words that say what to do; `paranoid` is kernel.perf_event_paranoid.
std::string refusal_of(int error, int paranoid);

}  // namespace memline::sampling
