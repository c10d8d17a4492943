/// \file What the tables of lines, of sites and of totals show of counters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/counter_model.h"
#include "views/table.h"

namespace memline::views {

/// For people: "CPU time" where perf says task-clock; and "(user)" where the kernel's part is not in it.
std::string counter_title(const model::CounterColumn& counter);

enum class CounterSelf : std::uint8_t { kShown, kLeftOut };
/// Of the counters that were counted: value, sampling error in percent (where it is an estimate), and the line's own.
void add_counter_columns(std::vector<Column>& columns, const std::vector<model::CounterColumn>& counters,
                         CounterSelf self);
/// The cells for these columns; blank where there is no sample.
void add_counter_cells(std::vector<Cell>& cells, const std::vector<model::CounterColumn>& counters,
                       const model::CounterSums& sums, CounterSelf self);

/// The totals of a process: "perf value for page-faults averages to 8,823/second".
std::vector<std::string> counter_rates(const std::vector<model::CounterColumn>& counters,
                                       const std::optional<double>& seconds);
Cell counter_total(const model::CounterColumn& counter);

/// Of one stretch of time: "perf value for cache-misses averages to 8,823/second, 2,941 ± 120 in all (601 samples)"; the
/// error and the samples are left out where every event was counted. No rate without a duration.
std::string counter_sentence(const model::CounterColumn& counter, const model::CounterSum& sum, double seconds);

enum class CounterUse : std::uint8_t { kSamples, kSentences, kTotals };
/// How it was counted, and what was not; a sentence for each.
std::vector<std::string> counter_notes(const std::vector<model::CounterColumn>& counters, CounterUse use);

}  // namespace memline::views
