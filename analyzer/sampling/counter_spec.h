/// \file parse_counters(): from names as perf spells them to what perf_event_open wants.
///
///     task-clock,page-faults            software events: always there
///     cycles,LLC-load-misses            hardware events: where the processor shows its counters
///     r01c2                             a raw event of the processor
///     intel_pt/config=1,umask=0x2/      an event of a device under /sys/bus/event_source/devices, by its terms
///
/// Numbers of types and events: linux/perf_event.h, perf_event_open(2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "memline/trace_format.h"

namespace memline::sampling {

struct CounterSpec {
  std::string name;  ///< as it was given
  std::uint32_t type = 0;
  std::uint64_t config = 0, config1 = 0, config2 = 0;
  trace::CounterUnit unit = trace::CounterUnit::kEvents;
  trace::Sampling sampling = trace::Sampling::kFrequency;
  std::uint64_t interval = 0;
  bool faults = false;    ///< samples carry the address of the page
  bool asked_for = true;  ///< by name; false: for the resident bytes only
  std::string refusal;    ///< why it cannot be counted here (a device or event that is not there); "": it may be
};

/// Errors (kUsage): a name that no kernel knows. Where the machine lacks it, that is the spec's refusal.
/// `devices` is /sys/bus/event_source/devices.
Result<std::vector<CounterSpec>> parse_counters(const std::string& list,
                                                const std::string& devices = "/sys/bus/event_source/devices");

/// The counter behind the resident bytes of lines: every page fault, with its address.
CounterSpec page_faults(bool asked_for);

}  // namespace memline::sampling
