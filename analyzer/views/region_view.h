/// \file Regions for people, one sentence each, and as a table for CSV.
///
/// The sentence is that of ipython_memory_usage's first version, to the letter:
/// https://github.com/ianozsvald/ipython_memory_usage
#pragma once

#include <string>
#include <vector>

#include "model/region_model.h"
#include "views/table.h"

namespace memline::views {

/// "'NAME' used 76.2305 MiB RAM in 0.32s, peaked 0.00 MiB above current, total RAM usage 125.61 MiB"
std::string region_sentence(const model::Region& region);

/// What counters say of it, a sentence each (counter_cells.h).
std::vector<std::string> region_rates(const model::Region& region, const std::vector<model::CounterColumn>& counters);

/// What is to be known about all of them, a sentence each.
std::vector<std::string> region_notes(const model::RegionModel& regions);

/// One row a region with the fields of the JSON contract as columns.
Table regions_data_view(const model::RegionModel& regions);

/// "span" or "function".
std::string region_kind(const model::Region& region);

}  // namespace memline::views
