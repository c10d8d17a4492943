/// \file Settings: what the MEMLINE_* variables say. Plain data, read once when recording starts; a forked child keeps
/// its parent's. All zeros is the default: a session's settings need no constructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text.h"

namespace memline::capture {

/// A value that its variable does not take.
struct RefusedValue {
  Text<32> variable;
  Text<64> value;  ///< what is no printable ASCII stands as '?'
  const char* allowed = nullptr;
};

struct Settings {
  static constexpr std::uint32_t kMostRefused = 8;  ///< more variables than can be wrong

  PathText out_pattern;
  Text<32> mpi_rank;
  std::uint64_t max_trace_bytes = 0;  ///< 0: no limit
  bool no_children = false;
  bool start_paused = false;
  bool no_free_stacks = false;
  bool libunwind = false;
  bool is_private = false;
  bool under_valgrind = false;
  bool no_resident = false;
  bool every_fault = false;  ///< page faults are recorded, by a process outside
  Text<1024> counters;       ///< what is counted and sampled, by a process outside; empty: nothing
  bool is_sampled() const noexcept { return every_fault || !counters.empty(); }
  PathText sidecar;  ///< that process's program, where it is named; or kNoSidecar
  std::uint32_t refused_count = 0;
  RefusedValue refused[kMostRefused];  ///< the defaults are in force instead
};

/// Takes what one variable says. A value that it does not take is noted, and leaves the default in force.
void apply_variable(std::string_view name, std::string_view value, Settings& settings) noexcept;

/// Reads the environment: `environment` (NULL-terminated, may be null), or, before the C library has set it up,
/// /proc/self/environ.
void read_settings(const char* const* environment, Settings& settings) noexcept;

}  // namespace memline::capture
