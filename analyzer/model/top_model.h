/// \file TopModel: what each site (user line) owns: the ownership columns. Plain data, filled by build_top()
/// (top_builder.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"
#include "model/counter_model.h"
#include "model/summary_model.h"

namespace memline::model {

struct SiteCosts {
  std::uint64_t allocated = 0, allocations = 0;
  std::int64_t at_peak = 0;  ///< live when the process reached its highest live bytes
  std::int64_t at_end = 0;   ///< never released
  std::uint64_t temporary = 0, temporary_bytes = 0;
  std::int64_t resident_at_peak = 0, resident_at_end = 0;  ///< what of at_peak and at_end was in RAM
  std::int64_t looked_at_peak = 0, looked_at_end = 0;      ///< what of them somebody looked at
  CounterSums counters = {};                               ///< sampled at the site itself; none: no samples

  SiteCosts& operator+=(const SiteCosts& other) {
    allocated += other.allocated;
    allocations += other.allocations;
    at_peak += other.at_peak;
    at_end += other.at_end;
    temporary += other.temporary;
    temporary_bytes += other.temporary_bytes;
    resident_at_peak += other.resident_at_peak;
    resident_at_end += other.resident_at_end;
    looked_at_peak += other.looked_at_peak;
    looked_at_end += other.looked_at_end;
    add(counters, other.counters);
    return *this;
  }
};

/// Bytes in RAM of `bytes`, of which `looked_at` were looked at; nullopt: nothing is known.
inline std::optional<std::int64_t> known_resident(std::int64_t resident, std::int64_t looked_at, std::int64_t bytes) {
  return looked_at > 0 || bytes == 0 ? std::optional(resident) : std::nullopt;
}

struct Site {
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::string function;
  std::string module;
  std::optional<std::string> why;   ///< why it has no line; null if it has one
  std::optional<std::string> text;  ///< source text, null if not at hand
  SiteCosts costs;
};

struct TopModel {
  CommonInfo common;
  Totals totals;
  std::vector<CounterColumn> counters;
  bool has_resident = false;  ///< somebody looked at what was in RAM
  bool inclusive =
      false;  ///< sites are all lines on the stacks, each charged with what its callees allocate: rows overlap
  std::vector<Site> sites;  ///< all of them, the largest first
};

}  // namespace memline::model
