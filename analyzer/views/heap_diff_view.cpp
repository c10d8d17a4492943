#include "views/heap_diff_view.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/counted.h"
#include "views/common_parts.h"

namespace memline::views {
namespace {

double percent(std::int64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string summary_line(const char* name, std::int64_t count, std::int64_t bytes) {
  std::array<char, 80> line{};
  std::snprintf(line.data(), line.size(), "  %-4s %10lld %14lld", name, static_cast<long long>(count),
                static_cast<long long>(bytes));
  return line.data();
}

void add_heading(const model::HeapDiff& diff, Table& table) {
  const auto signed_of = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const std::int64_t count = signed_of(diff.a.count) - signed_of(diff.b.count);
  const std::int64_t bytes = signed_of(diff.a.bytes) - signed_of(diff.b.bytes);
  std::array<char, 48> share{};
  std::snprintf(share.data(), share.size(), "  = %.3g %% of B", percent(bytes, diff.b.bytes));
  table.heading = {"A: " + program_heading(diff.a.common.program) + ", live at " + diff.a.at,
                   "B: " + program_heading(diff.b.common.program) + ", live at " + diff.b.at,
                   "Summary of difference operation (A-B), by " + diff.a.by + ".",
                   "            Count           Size",
                   summary_line("A", signed_of(diff.a.count), signed_of(diff.a.bytes)),
                   summary_line("B", signed_of(diff.b.count), signed_of(diff.b.bytes)),
                   summary_line("A-B", count, bytes) + (diff.b.bytes == 0 ? "" : share.data()),
                   "Largest absolute size differences first."};
}

}  // namespace

Table heap_diff_view(const model::HeapDiff& diff, std::size_t most_rows) {
  Table table;
  add_heading(diff, table);
  table.columns = {{"index", "Index", Align::kRight, Shrink::kNever},
                   {"count", "Count", Align::kRight, Shrink::kNever},
                   {"size", "Size", Align::kRight, Shrink::kNever},
                   {"size_percent", "% of B", Align::kRight, Shrink::kNever},
                   {"cumulative", "Cumulative", Align::kRight, Shrink::kNever},
                   {"cumulative_percent", "% of B", Align::kRight, Shrink::kNever},
                   {"kind", "Kind", Align::kLeft, Shrink::kCutEnd}};
  const std::size_t shown = most_rows == 0 ? diff.rows.size() : std::min(most_rows, diff.rows.size());
  std::int64_t cumulative = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const model::HeapDiffRow& row = diff.rows[i];
    cumulative += row.bytes;
    table.rows.push_back(
        {{count(i), Cell::count(row.count), Cell::bytes(row.bytes), Cell::percent(percent(row.bytes, diff.b.bytes)),
          Cell::bytes(cumulative), Cell::percent(percent(cumulative, diff.b.bytes)), Cell::of_text(row.kind)},
         RowRole::kNormal});
  }
  if (shown < diff.rows.size()) {
    table.notes.push_back("<" + counted(diff.rows.size() - shown, "more row", "more rows") + "; --most 0 shows them>");
  }
  if (diff.rows.empty()) table.notes.emplace_back("Both hold the same.");
  for (const model::HeapModel* heap : {&diff.a, &diff.b}) {
    for (const std::string& note : loss_and_other_notes(heap->common)) {
      table.notes.push_back((heap == &diff.a ? "A: " : "B: ") + note);
    }
  }
  return table;
}

Table heap_diff_data_view(const model::HeapDiff& diff) {
  Table table;
  for (const char* key : {"kind", "file", "line", "function", "count", "bytes", "rule"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const model::HeapDiffRow& row : diff.rows) {
    table.rows.push_back(
        {{Cell::of_text(row.kind), text_or_empty(row.file), count_or_empty(row.line), text_or_empty(row.function),
          Cell::count(row.count), Cell::bytes(row.bytes), Cell::of_text(row.rule)},
         RowRole::kNormal});
  }
  return table;
}

}  // namespace memline::views
