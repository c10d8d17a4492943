#include "views/region_view.h"

#include <fmt/format.h>

#include <utility>

#include "base/escape.h"
#include "base/mib.h"
#include "views/common_parts.h"
#include "views/counter_cells.h"

namespace memline::views {

std::string region_sentence(const model::Region& region) {
  return fmt::format("'{}' used {:.4f} MiB RAM in {:.2f}s, peaked {:.2f} MiB above current, total RAM usage {:.2f} MiB",
                     escape_control(region.name), to_mib(region.memory_delta), region.time_delta,
                     to_mib(region.memory_peak), to_mib(region.memory_usage));
}

std::vector<std::string> region_rates(const model::Region& region, const std::vector<model::CounterColumn>& counters) {
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (!counters[i].refusal.empty()) continue;
    sentences.push_back(counter_sentence(counters[i], sum_at(region.counters, i), region.time_delta));
  }
  return sentences;
}

std::vector<std::string> region_notes(const model::RegionModel& regions) {
  std::vector<std::string> notes = counter_notes(regions.counters, CounterUse::kSentences);
  if (regions.metric == model::RegionMetric::kRss)
    notes.emplace_back("RSS: sampled every 10 ms at best; what came and went in between is not seen.");
  for (std::string& note : loss_and_other_notes(regions.common)) notes.push_back(std::move(note));
  return notes;
}

Table regions_data_view(const model::RegionModel& regions) {
  Table table;
  for (const char* const key :
       {"name", "kind", "thread", "begin", "time_delta", "memory_delta", "memory_peak", "memory_usage", "peak_abs"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  add_counter_columns(table.columns, regions.counters, CounterSelf::kLeftOut);
  for (const model::Region& region : regions.regions) {
    table.rows.push_back({{Cell::of_text(region.name), Cell::of_text(region_kind(region)), count(region.tid),
                           Cell::seconds(region.begin), Cell::seconds(region.time_delta),
                           Cell::bytes(region.memory_delta), Cell::bytes(region.memory_peak),
                           Cell::bytes(region.memory_usage), Cell::bytes(region.memory_usage + region.memory_peak)},
                          RowRole::kNormal});
    add_counter_cells(table.rows.back().cells, regions.counters, region.counters, CounterSelf::kLeftOut);
  }
  return table;
}

std::string region_kind(const model::Region& region) {
  return region.kind == model::RegionKind::kSpan ? "span" : "function";
}

}  // namespace memline::views
