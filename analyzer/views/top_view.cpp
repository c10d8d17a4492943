#include "views/top_view.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/counted.h"
#include "views/common_parts.h"
#include "views/counter_cells.h"
#include "views/short_paths.h"

namespace memline::views {
namespace {

using model::Site;
using model::SiteCosts;

Cell resident_at_peak(const SiteCosts& costs) {
  return bytes_or_empty(model::known_resident(costs.resident_at_peak, costs.looked_at_peak, costs.at_peak));
}

Cell resident_at_end(const SiteCosts& costs) {
  return bytes_or_empty(model::known_resident(costs.resident_at_end, costs.looked_at_end, costs.at_end));
}

Row cost_row(const SiteCosts& costs, const model::TopModel& top, std::string name, RowRole role) {
  Row row{{Cell::bytes(costs.at_peak)}, role};
  if (top.has_resident) row.cells.push_back(resident_at_peak(costs));
  for (Cell& cell : std::vector<Cell>{bytes(costs.allocated), count(costs.allocations), Cell::bytes(costs.at_end),
                                      count(costs.temporary), bytes(costs.temporary_bytes)}) {
    row.cells.push_back(std::move(cell));
  }
  add_counter_cells(row.cells, top.counters, costs.counters, CounterSelf::kLeftOut);
  row.cells.push_back(Cell::of_text(std::move(name)));
  return row;
}

std::string site_name(const Site& site, const ShortPaths& short_path) {
  if (site.file && site.line) {
    return short_path(*site.file) + ":" + std::to_string(*site.line) + " " + site.function;
  }
  std::string name = site.module.empty() ? site.function : short_path(site.module) + "!" + site.function;
  if (site.why && !site.why->empty()) name += " (" + *site.why + ")";
  return name;
}

}  // namespace

Table top_view(const model::TopModel& top, std::size_t most_rows) {
  Table table;
  table.heading.push_back(program_heading(top.common.program));
  if (top.inclusive) {
    table.heading.emplace_back(
        "Inclusive: each line with all that was allocated while it was on the stack; rows overlap.");
  }
  table.columns = {{"at_peak", "At peak", Align::kRight, Shrink::kNever},
                   {"allocated", "Allocated", Align::kRight, Shrink::kNever},
                   {"allocations", "Allocs", Align::kRight, Shrink::kNever},
                   {"at_end", "At end", Align::kRight, Shrink::kNever},
                   {"temporary", "Temporary", Align::kRight, Shrink::kNever},
                   {"temporary_bytes", "Temp bytes", Align::kRight, Shrink::kNever}};
  add_counter_columns(table.columns, top.counters, CounterSelf::kLeftOut);
  table.columns.push_back({"site", top.inclusive ? "Line" : "Site", Align::kLeft, Shrink::kCutEnd});
  if (top.has_resident) {
    table.columns.insert(table.columns.begin() + 1, {"resident_at_peak", "Resident", Align::kRight, Shrink::kNever});
  }
  const std::size_t shown = most_rows == 0 ? top.sites.size() : std::min(most_rows, top.sites.size());
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < shown; ++i) paths.push_back(top.sites[i].file.value_or(top.sites[i].module));
  const ShortPaths short_path(std::move(paths));
  for (std::size_t i = 0; i < shown; ++i) {
    table.rows.push_back(cost_row(top.sites[i].costs, top, site_name(top.sites[i], short_path), RowRole::kNormal));
  }
  SiteCosts rest, all;
  for (std::size_t i = 0; i < top.sites.size(); ++i) {
    all += top.sites[i].costs;
    if (i >= shown) rest += top.sites[i].costs;
  }
  const std::size_t hidden = top.sites.size() - shown;
  if (top.inclusive) {
    if (hidden > 0) table.notes.push_back(counted(hidden, "more line is", "more lines are") + " not shown.");
  } else {
    if (hidden > 0)
      table.rows.push_back(
          cost_row(rest, top, "(" + counted(hidden, "other site", "other sites") + ")", RowRole::kQuiet));
    table.rows.push_back(cost_row(all, top, "(all sites)", RowRole::kTotal));
  }
  const std::vector<std::string> counted_how = counter_notes(top.counters, CounterUse::kSamples);
  table.notes.insert(table.notes.end(), counted_how.begin(), counted_how.end());
  const std::vector<std::string> others = loss_and_other_notes(top.common);
  table.notes.insert(table.notes.end(), others.begin(), others.end());
  return table;
}

Table top_data_view(const model::TopModel& top) {
  Table table;
  for (const char* key : {"file", "line", "function", "module", "why", "text", "allocated", "allocations", "at_peak",
                          "at_end", "temporary", "temporary_bytes", "resident_at_peak", "resident_at_end"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  add_counter_columns(table.columns, top.counters, CounterSelf::kLeftOut);
  for (const Site& site : top.sites) {
    table.rows.push_back(
        {{text_or_empty(site.file), count_or_empty(site.line), Cell::of_text(site.function), Cell::of_text(site.module),
          text_or_empty(site.why), text_or_empty(site.text), bytes(site.costs.allocated), count(site.costs.allocations),
          Cell::bytes(site.costs.at_peak), Cell::bytes(site.costs.at_end), count(site.costs.temporary),
          bytes(site.costs.temporary_bytes), top.has_resident ? resident_at_peak(site.costs) : Cell::empty(),
          top.has_resident ? resident_at_end(site.costs) : Cell::empty()},
         RowRole::kNormal});
    add_counter_cells(table.rows.back().cells, top.counters, site.costs.counters, CounterSelf::kLeftOut);
  }
  return table;
}

}  // namespace memline::views
