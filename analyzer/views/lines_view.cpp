#include "views/lines_view.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "views/common_parts.h"
#include "views/counter_cells.h"
#include "views/resident_notes.h"

namespace memline::views {
namespace {

using model::FunctionReport;
using model::LineReport;
using model::SourceState;

std::string source_heading(SourceState state) {
  switch (state) {
    case SourceState::kOk:
      return "";
    case SourceState::kNewer:
      return "Source: changed after the program was built, lines may have moved";
    case SourceState::kMissing:
      return "Source: file missing (--source DIR says where to look)";
    case SourceState::kUnreadable:
      return "Source: file cannot be read";
    case SourceState::kUnknown:
      return "Source: not known, the function has no debug information";
  }
  return "";
}

/// Line number, text, and nothing between.
Row blank_row(std::size_t columns, Cell line, std::string text) {
  Row row{std::vector<Cell>(columns), RowRole::kQuiet};
  row.cells.front() = std::move(line);
  row.cells.back() = Cell::of_text(std::move(text));
  return row;
}

/// Nothing is shown where nothing became resident: that is most lines.
Cell resident_cell(const std::optional<std::int64_t>& bytes) {
  return bytes.value_or(0) == 0 ? Cell::empty() : Cell::bytes(*bytes);
}

Row line_row(const LineReport& line, const model::ReportModel& report) {
  Row row;
  const bool sampled = !line.counters.empty() || line.resident.value_or(0) != 0;
  row.role = line.has_events() || sampled ? RowRole::kNormal : RowRole::kQuiet;
  row.cells.push_back(count_or_empty(line.line));
  if (line.has_events()) {
    row.cells.push_back(bytes_or_empty(report.show_rss ? line.rss : line.mem_usage));
    row.cells.push_back(Cell::bytes(line.flow.increment));
    row.cells.push_back(bytes_or_empty(line.peak));
    row.cells.push_back(count(line.flow.seen));
  } else {
    row.cells.resize(5);
  }
  if (report.resident.measured) row.cells.push_back(resident_cell(line.resident));
  add_counter_cells(row.cells, report.counters, line.counters, CounterSelf::kShown);
  row.cells.push_back(line.line ? text_or_empty(line.text) : Cell::of_text("(no line)"));
  return row;
}

Row whole_row(const FunctionReport& function, const model::ReportModel& report) {
  Row row{std::vector<Cell>(5), RowRole::kTotal};
  if (function.flow.seen > 0) {
    row.cells[2] = Cell::bytes(function.flow.increment);
    row.cells[3] = Cell::bytes(function.peak);
    row.cells[4] = count(function.flow.seen);
  }
  if (report.resident.measured) row.cells.push_back(resident_cell(function.resident));
  add_counter_cells(row.cells, report.counters, function.counters, CounterSelf::kShown);
  row.cells.push_back(Cell::of_text("(whole function)"));
  return row;
}

/// How much a line matters: it holds or frees much, or needs much for a while.
std::int64_t weight(const LineReport& line) {
  const std::int64_t increment = line.flow.increment < 0 ? -line.flow.increment : line.flow.increment;
  return std::max(increment, line.peak.value_or(0));
}

class RowWriter {
 public:
  RowWriter(const model::ReportModel& report, const FunctionReport& function, Table& table)
      : report_(report), function_(function), table_(table) {
    for (const LineReport& line : function.lines) heaviest_ = std::max(heaviest_, weight(line));
  }

  void write() {
    auto line = function_.lines.begin();
    const auto end = function_.lines.end();
    const auto is_own = [](const LineReport& row) { return !row.file && row.line; };
    const std::uint32_t first = function_.first_line.value_or(0);
    // %mprun's table: the function's own lines without a gap; lines outside of its range where they belong.
    for (; line != end && is_own(*line) && *line->line < first; ++line) add(*line);
    for (std::size_t i = 0; i < function_.source.size(); ++i) {
      const std::uint32_t number = first + static_cast<std::uint32_t>(i);
      if (line != end && is_own(*line) && *line->line == number) {
        add(*line++);
      } else {
        table_.rows.push_back(blank_row(table_.columns.size(), Cell::count(number), function_.source[i]));
      }
    }
    std::string file;
    for (; line != end; ++line) {
      if (line->file && *line->file != file) {
        file = *line->file;
        table_.rows.push_back(blank_row(table_.columns.size(), {}, "In " + file + ":"));
      }
      add(*line);
    }
  }

 private:
  void add(const LineReport& line) {
    table_.rows.push_back(line_row(line, report_));
    if (line.has_events() && heaviest_ > 0 && weight(line) == heaviest_) table_.rows.back().role = RowRole::kHot;
  }

  const model::ReportModel& report_;
  const FunctionReport& function_;
  Table& table_;
  std::int64_t heaviest_ = 0;
};

}  // namespace

Table lines_view(const model::ReportModel& report, const FunctionReport& function) {
  Table table;
  table.heading.push_back("Filename: " + function.file.value_or("(unknown)"));
  table.heading.push_back("Function: " + function.signature);
  if (std::string source = source_heading(function.source_state); !source.empty()) {
    table.heading.push_back(std::move(source));
  }
  table.columns = {{"line", "Line #", Align::kRight, Shrink::kNever},
                   report.show_rss ? Column{"rss", "RSS (sampled)", Align::kRight, Shrink::kNever}
                                   : Column{"mem_usage", "Mem usage", Align::kRight, Shrink::kNever},
                   {"increment", "Increment", Align::kRight, Shrink::kNever},
                   {"peak", "Peak", Align::kRight, Shrink::kNever},
                   {"seen", "Seen", Align::kRight, Shrink::kNever}};
  if (report.resident.measured) table.columns.push_back({"resident", "Resident", Align::kRight, Shrink::kNever});
  add_counter_columns(table.columns, report.counters, CounterSelf::kShown);
  table.columns.push_back({"text", "Line Contents", Align::kLeft, Shrink::kCutEnd});
  RowWriter(report, function, table).write();
  if (function.flow.seen > 0 || !function.counters.empty() || function.resident.value_or(0) != 0)
    table.rows.push_back(whole_row(function, report));
  table.notes = function.notes;
  const std::vector<std::string> pages = resident_notes(report.resident);
  table.notes.insert(table.notes.end(), pages.begin(), pages.end());
  const std::vector<std::string> counted = counter_notes(report.counters, CounterUse::kSamples);
  table.notes.insert(table.notes.end(), counted.begin(), counted.end());
  const std::vector<std::string> others = loss_and_other_notes(report.common);
  table.notes.insert(table.notes.end(), others.begin(), others.end());
  return table;
}

Table lines_data_view(const model::ReportModel& report) {
  Table table;
  for (const char* key :
       {"function", "signature", "file", "line", "text", "mem_usage", "rss", "increment", "peak", "seen", "occurrences",
        "allocated", "freed", "allocations", "frees", "reallocations", "mappings", "unmappings", "resident"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  add_counter_columns(table.columns, report.counters, CounterSelf::kShown);
  for (const FunctionReport& function : report.functions) {
    for (const LineReport& line : function.lines) {
      const model::Flow& flow = line.flow;
      table.rows.push_back(
          {{Cell::of_text(function.name), Cell::of_text(function.signature),
            text_or_empty(line.file || !line.line ? line.file : function.file), count_or_empty(line.line),
            text_or_empty(line.text), bytes_or_empty(line.mem_usage), bytes_or_empty(line.rss),
            Cell::bytes(flow.increment), bytes_or_empty(line.peak), count(flow.seen), count_or_empty(line.occurrences),
            bytes(flow.allocated), bytes(flow.freed), count(flow.allocations), count(flow.frees),
            count(flow.reallocations), count(flow.mappings), count(flow.unmappings), bytes_or_empty(line.resident)},
           RowRole::kNormal});
      add_counter_cells(table.rows.back().cells, report.counters, line.counters, CounterSelf::kShown);
    }
  }
  return table;
}

}  // namespace memline::views
