#include "views/touched_view.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/counted.h"
#include "views/common_parts.h"
#include "views/resident_notes.h"

namespace memline::views {

Table touched_view(const model::TouchedModel& touched, std::size_t most_rows) {
  Table table;
  table.heading = {program_heading(touched.common.program)};
  table.columns = {{"bytes", "Became resident", Align::kRight, Shrink::kNever},
                   {"allocated", "Allocated at", Align::kLeft, Shrink::kCutEnd},
                   {"resident", "Made resident by", Align::kLeft, Shrink::kCutEnd}};
  const std::size_t shown = most_rows == 0 ? touched.rows.size() : std::min(most_rows, touched.rows.size());
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < touched.rows.size(); ++i) {
    const model::TouchedRow& row = touched.rows[i];
    if (i >= shown) {
      rest += row.bytes;
      continue;
    }
    table.rows.push_back(
        {{bytes(row.bytes), Cell::of_text(row.allocated.label), Cell::of_text(row.resident.label)}, RowRole::kNormal});
  }
  if (shown < touched.rows.size()) {
    table.notes.push_back(counted(touched.rows.size() - shown, "more row", "more rows") + " with " +
                          counted(rest, "byte", "bytes") + ".");
  }
  for (const std::vector<std::string>& more :
       {resident_notes(touched.resident), loss_and_other_notes(touched.common)}) {
    table.notes.insert(table.notes.end(), more.begin(), more.end());
  }
  return table;
}

Table touched_data_view(const model::TouchedModel& touched) {
  Table table;
  for (const char* key : {"bytes", "allocated_file", "allocated_line", "allocated_function", "resident_file",
                          "resident_line", "resident_function"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const model::TouchedRow& row : touched.rows) {
    table.rows.push_back({{bytes(row.bytes), text_or_empty(row.allocated.file), count_or_empty(row.allocated.line),
                           text_or_empty(row.allocated.function), text_or_empty(row.resident.file),
                           count_or_empty(row.resident.line), text_or_empty(row.resident.function)},
                          RowRole::kNormal});
  }
  return table;
}

}  // namespace memline::views
