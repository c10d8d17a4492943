#include "views/heap_view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "base/counted.h"
#include "base/short_time.h"
#include "views/common_parts.h"

namespace memline::views {
namespace {

std::string moment_heading(const model::HeapModel& heap) {
  std::string when;
  if (heap.at_time) {
    char seconds[40];
    std::snprintf(seconds, sizeof seconds, " (%.3f s after the start)", *heap.at_time);
    when = seconds;
  }
  const std::string since = heap.since ? ", acquired since " + *heap.since : "";
  return "Live at " + heap.at + when + since + ", by " + heap.by + ".";
}

/// Blocks that did not live then are as they were in the look on the other side of the moment.
std::string resident_heading(double seconds_to_look) {
  const std::string distance = short_time(std::abs(seconds_to_look));
  if (seconds_to_look == 0) return "Resident: as of that moment.";
  return "Resident: as of " + distance + (seconds_to_look < 0 ? " before." : " after.");
}

std::string typed_heading(const model::HeapModel& heap) {
  char share[48];
  std::snprintf(share, sizeof share, "%.1f %%", percent(*heap.typed_bytes, heap.bytes));
  return std::string("The type is known for ") + share + " of the bytes.";
}

}  // namespace

Table heap_view(const model::HeapModel& heap, std::size_t most_rows, bool with_rules) {
  Table table;
  table.heading = {program_heading(heap.common.program), moment_heading(heap),
                   "Partition of a set of " + counted(heap.count, "object", "objects") +
                       ". Total size = " + std::to_string(heap.bytes) + " bytes."};
  table.columns = {{"index", "Index", Align::kRight, Shrink::kNever},
                   {"count", "Count", Align::kRight, Shrink::kNever},
                   {"count_percent", "%", Align::kRight, Shrink::kNever},
                   {"size", "Size", Align::kRight, Shrink::kNever},
                   {"size_percent", "%", Align::kRight, Shrink::kNever},
                   {"resident", "Resident", Align::kRight, Shrink::kNever},
                   {"cumulative", "Cumulative", Align::kRight, Shrink::kNever},
                   {"cumulative_percent", "%", Align::kRight, Shrink::kNever},
                   {"kind", "Kind", Align::kLeft, Shrink::kCutEnd}};
  if (heap.typed_bytes) table.heading.push_back(typed_heading(heap));
  if (heap.has_resident && heap.seconds_to_look) table.heading.push_back(resident_heading(*heap.seconds_to_look));
  with_rules = with_rules && heap.typed_bytes;
  if (with_rules) table.columns.push_back({"rule", "Known by", Align::kLeft, Shrink::kNever});
  constexpr int kResidentColumn = 5;
  if (!heap.has_resident) table.columns.erase(table.columns.begin() + kResidentColumn);
  const std::size_t shown = most_rows == 0 ? heap.rows.size() : std::min(most_rows, heap.rows.size());
  std::uint64_t cumulative = 0, counted_objects = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const model::HeapRow& row = heap.rows[i];
    cumulative += row.bytes;
    counted_objects += row.count;
    table.rows.push_back({{count(i), count(row.count), Cell::percent(percent(row.count, heap.count)), bytes(row.bytes),
                           Cell::percent(percent(row.bytes, heap.bytes)), bytes_or_empty(row.resident),
                           bytes(cumulative), Cell::percent(percent(cumulative, heap.bytes)), Cell::of_text(row.kind)},
                          RowRole::kNormal});
    std::vector<Cell>& cells = table.rows.back().cells;
    if (with_rules) cells.push_back(Cell::of_text(row.rule));
    if (!heap.has_resident) cells.erase(cells.begin() + kResidentColumn);
  }
  if (shown < heap.rows.size()) {
    table.notes.push_back("<" + counted(heap.rows.size() - shown, "more row", "more rows") + " with " +
                          counted(heap.count - counted_objects, "object", "objects") + ", " +
                          counted(heap.bytes - cumulative, "byte", "bytes") + "; --most 0 shows them>");
  }
  const std::vector<std::string> others = loss_and_other_notes(heap.common);
  table.notes.insert(table.notes.end(), others.begin(), others.end());
  return table;
}

Table heap_data_view(const model::HeapModel& heap) {
  Table table;
  for (const char* key : {"kind", "file", "line", "function", "count", "bytes", "resident", "rule"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const model::HeapRow& row : heap.rows) {
    table.rows.push_back(
        {{Cell::of_text(row.kind), text_or_empty(row.file), count_or_empty(row.line), text_or_empty(row.function),
          count(row.count), bytes(row.bytes), bytes_or_empty(row.resident), Cell::of_text(row.rule)},
         RowRole::kNormal});
  }
  return table;
}

}  // namespace memline::views
