#include "views/summary_view.h"

#include <string>
#include <utility>
#include <vector>

#include "base/signal_name.h"
#include "views/common_parts.h"
#include "views/counter_cells.h"

namespace memline::views {
namespace {

struct Item {
  const char* key;
  const char* title;
  Cell cell;
};

std::vector<Item> items(const model::Totals& totals) {
  return {{"threads", "Threads", count(totals.threads)},
          {"allocations", "Allocations", count(totals.allocations)},
          {"frees", "Frees", count(totals.frees)},
          {"reallocations", "Reallocations", count(totals.reallocations)},
          {"mappings", "Mappings", count(totals.mappings)},
          {"unmappings", "Unmappings", count(totals.unmappings)},
          {"allocated", "Allocated", bytes(totals.allocated)},
          {"freed", "Freed", bytes(totals.freed)},
          {"peak", "Peak", bytes_or_empty(totals.peak)},
          {"peak_time", "Peak reached after", totals.peak_time ? Cell::seconds(*totals.peak_time) : Cell::empty()},
          {"at_end", "Live at the end", Cell::bytes(totals.at_end)},
          {"leaked_blocks", "Blocks live at the end", count(totals.leaked_blocks)},
          {"temporary", "Temporary allocations", count(totals.temporary)},
          {"temporary_bytes", "Bytes in temporaries", bytes(totals.temporary_bytes)},
          {"max_rss", "Highest RSS (sampled)", totals.max_rss > 0 ? bytes(totals.max_rss) : Cell::empty()}};
}

std::string process_heading(const model::CommonInfo& common) {
  const model::ProgramInfo& program = common.program;
  std::string text = "Process: pid " + std::to_string(program.pid);
  if (program.parent) text += ", forked from " + std::to_string(*program.parent);
  if (!program.host.empty()) text += ", on " + program.host;
  if (program.exit.kind == "exit") text += ", exited with " + std::to_string(program.exit.code);
  if (program.exit.kind == "signal") text += ", killed by " + signal_name(program.exit.code);
  if (program.exit.kind == "exec") text += ", went on with another program";
  if (program.exit.kind == "unknown" && !common.still_running)
    text += ", its end was not recorded: killed, most likely";
  return text;
}

}  // namespace

Table summary_view(const model::SummaryModel& summary) {
  Table table;
  table.heading = {program_heading(summary.common.program), process_heading(summary.common)};
  table.columns = {{"name", "Total", Align::kLeft, Shrink::kNever}, {"value", "Value", Align::kRight, Shrink::kNever}};
  const std::optional<double>& duration = summary.common.program.duration;
  table.rows.push_back(
      {{Cell::of_text("Duration"), duration ? Cell::seconds(*duration) : Cell::empty()}, RowRole::kNormal});
  for (Item& item : items(summary.totals)) {
    table.rows.push_back({{Cell::of_text(item.title), std::move(item.cell)}, RowRole::kNormal});
  }
  if (!summary.is_filtered) {  // how they ended stands in a note
    table.rows.push_back(
        {{Cell::of_text("Short stacks (events)"), count(summary.common.losses.stacks.short_ones())}, RowRole::kNormal});
  }
  for (const model::CounterColumn& counter : summary.counters) {
    if (!counter.refusal.empty()) continue;
    table.rows.push_back({{Cell::of_text(counter_title(counter) + (counter.total_estimated ? " (estimated)" : "")),
                           counter_total(counter)},
                          RowRole::kNormal});
  }
  if (!summary.is_filtered) table.notes = counter_rates(summary.counters, duration);
  for (std::vector<std::string> more :
       {counter_notes(summary.counters, CounterUse::kTotals), loss_and_other_notes(summary.common)}) {
    table.notes.insert(table.notes.end(), more.begin(), more.end());
  }
  return table;
}

Table summary_data_view(const model::SummaryModel& summary) {
  Table table;
  Row row;
  for (Item& item : items(summary.totals)) {
    table.columns.push_back({item.key, item.key, Align::kLeft, Shrink::kNever});
    row.cells.push_back(std::move(item.cell));
  }
  table.columns.push_back({"short_stacks", "short_stacks", Align::kLeft, Shrink::kNever});
  row.cells.push_back(count(summary.common.losses.stacks.short_ones()));
  for (const model::CounterColumn& counter : summary.counters) {
    table.columns.push_back({counter.name, counter.name, Align::kLeft, Shrink::kNever});
    row.cells.push_back(counter_total(counter));
  }
  table.rows.push_back(std::move(row));
  return table;
}

}  // namespace memline::views
