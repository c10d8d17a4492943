/// \file Region: what the memory of the process did during one span, or one run of a function. Plain data, filled by
/// build_regions() (region_builder.h).
///
/// The words are ipython_memwatcher's, but in bytes and seconds: https://github.com/FrancescAlted/ipython_memwatcher
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "model/common_info.h"
#include "model/counter_model.h"

namespace memline::model {

enum class RegionKind : std::uint8_t {
  kSpan,     ///< a span of the marker API
  kFunction  ///< a run of a function: from its first event to its last
};

enum class RegionMetric : std::uint8_t {
  kHeap,  ///< live bytes, exact
  kRss    ///< resident bytes, sampled
};

struct Region {
  RegionKind kind = RegionKind::kSpan;
  std::string name;
  std::uint32_t tid = 0;  ///< of the thread that began it
  double begin = 0;       ///< seconds after the start of the program
  std::uint64_t begin_ticks = 0, end_ticks = 0;
  /// When it was seen to have ended: for a run, the next event of its thread, or the maximum where there was none.
  std::uint64_t seen_ticks = 0;
  double time_delta = 0;          ///< seconds
  std::int64_t memory_delta = 0;  ///< the process's bytes at the end minus those at the beginning
  std::int64_t memory_peak = 0;  ///< how far the highest of the process in between is above that at the end; at least 0
  std::int64_t memory_usage = 0;  ///< the process's bytes at the end
  /// Of its threads while it lasted: a span's are the one that began it and those attached to it, a run has its own. What
  /// memline itself caused in them is left out.
  CounterSums counters = {};
};

struct RegionModel {
  CommonInfo common;
  RegionMetric metric = RegionMetric::kHeap;
  std::vector<CounterColumn> counters = {};
  std::vector<Region> regions;  ///< in the order in which they ended
};

}  // namespace memline::model
