/// \file SummaryModel: the totals of one program. Plain data, filled by build_summary() (summary_builder.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/common_info.h"
#include "model/counter_model.h"

namespace memline::model {

struct Totals {
  std::uint64_t threads = 0;
  std::uint64_t allocations = 0, frees = 0, reallocations = 0, mappings = 0, unmappings = 0;
  std::uint64_t allocated = 0, freed = 0;  ///< bytes
  std::optional<std::int64_t> peak;  ///< highest live bytes of the process; null where only some events are counted
  std::optional<double> peak_time;   ///< seconds after the start, of the first time it was reached; null: unknown
  std::int64_t at_end = 0;           ///< live bytes at the end, mappings included
  std::uint64_t temporary = 0, temporary_bytes = 0;
  std::uint64_t leaked_blocks = 0;  ///< heap and pool blocks live at the end
  std::uint64_t max_rss = 0;        ///< highest of the samples; 0: unknown, or only some events are counted
};

struct SummaryModel {
  CommonInfo common;
  Totals totals;
  std::vector<CounterColumn> counters = {};
  std::uint64_t lost_samples = 0;
  bool is_filtered = false;  ///< of some threads or spans only: rates are not known, and counters are sums of samples
};

}  // namespace memline::model
