#include "views/region_view.h"

#include <fmt/format.h>

#include "base/escape.h"
#include "base/mib.h"
#include "views/common_parts.h"

namespace memline::views {

std::string region_sentence(const model::Region& region) {
  return fmt::format("'{}' used {:.4f} MiB RAM in {:.2f}s, peaked {:.2f} MiB above current, total RAM usage {:.2f} MiB",
                     escape_control(region.name), to_mib(region.memory_delta), region.time_delta,
                     to_mib(region.memory_peak), to_mib(region.memory_usage));
}

Table regions_data_view(const model::RegionModel& regions) {
  Table table;
  for (const char* const key :
       {"name", "kind", "thread", "begin", "time_delta", "memory_delta", "memory_peak", "memory_usage", "peak_abs"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const model::Region& region : regions.regions) {
    table.rows.push_back({{Cell::of_text(region.name), Cell::of_text(region_kind(region)), count(region.tid),
                           Cell::seconds(region.begin), Cell::seconds(region.time_delta),
                           Cell::bytes(region.memory_delta), Cell::bytes(region.memory_peak),
                           Cell::bytes(region.memory_usage), Cell::bytes(region.memory_usage + region.memory_peak)},
                          RowRole::kNormal});
  }
  return table;
}

std::string region_kind(const model::Region& region) {
  return region.kind == model::RegionKind::kSpan ? "span" : "function";
}

}  // namespace memline::views
