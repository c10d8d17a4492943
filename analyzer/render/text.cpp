#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "render/colour.h"
#include "render/column_layout.h"
#include "render/printable.h"
#include "render/text_width.h"

namespace memline::render {
namespace {

constexpr std::size_t kTabColumns = 4;
/// A text column is never cut to less than this: a shorter rest of a name tells nothing.
constexpr std::size_t kShortestText = 12;
/// Where the numbers leave the last column less than that, its longer texts go to a line of their own.
constexpr std::size_t kReadableText = 24;
constexpr std::size_t kOwnLineIndent = 4;

/// A formatted cell. The unit stands apart, so that the numbers of a column line up whatever their units are.
struct Printed {
  std::string text;
  std::string unit = {};
  bool is_number = false;
};

Printed print_cell(const views::Cell& cell, const TextStyle& style) {
  switch (cell.kind) {
    case views::CellKind::kEmpty:
      return {};
    case views::CellKind::kText:
      return {printable(expand_tabs(cell.text, kTabColumns))};
    case views::CellKind::kCount:
      return {fmt::format("{}", cell.number), {}, true};
    case views::CellKind::kPercent:
      return {format_percent(cell.real)};
    case views::CellKind::kBytes:
    case views::CellKind::kSeconds: {
      std::string text =
          cell.kind == views::CellKind::kBytes ? format_bytes(cell.number, style.bytes) : format_seconds(cell.real);
      const std::size_t space = text.rfind(' ');
      if (space == std::string::npos) return {std::move(text)};
      return {text.substr(0, space), text.substr(space), true};
    }
  }
  return {};
}

/// All cells of a table as text, units padded to the widest of their column.
std::vector<std::vector<std::string>> print_cells(const views::Table& table, const TextStyle& style) {
  std::vector<std::vector<Printed>> printed;
  std::vector<std::size_t> unit_widths(table.columns.size(), 0);
  for (const views::Row& row : table.rows) {
    std::vector<Printed> cells;
    for (std::size_t i = 0; i < table.columns.size() && i < row.cells.size(); ++i) {
      cells.push_back(print_cell(row.cells[i], style));
      unit_widths[i] = std::max(unit_widths[i], cells.back().unit.size());
    }
    printed.push_back(std::move(cells));
  }
  std::vector<std::vector<std::string>> texts;
  for (const std::vector<Printed>& row : printed) {
    std::vector<std::string> cells(table.columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells[i] = row[i].text + row[i].unit;
      // a number without a unit stands below the others of its column, not below their units
      if (row[i].is_number) cells[i].append(unit_widths[i] - row[i].unit.size(), ' ');
    }
    texts.push_back(std::move(cells));
  }
  return texts;
}

std::string cut(const std::string& text, views::Shrink shrink, std::size_t width) {
  switch (shrink) {
    case views::Shrink::kNever:
      return text;
    case views::Shrink::kCutEnd:
      return cut_end(text, width);
    case views::Shrink::kCutStart:
      return cut_start(text, width);
    case views::Shrink::kCutMiddle:
      return cut_middle(text, width);
  }
  return text;
}

/// One line of the table, without trailing blanks.
std::string layout_line(const std::vector<std::string>& cells, const std::vector<views::Column>& columns,
                        const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) line.append(kColumnGap, ' ');
    const std::string text = cut(cells[i], columns[i].shrink, widths[i]);
    const std::size_t width = text_width(text);
    const std::string padding(widths[i] > width ? widths[i] - width : 0, ' ');
    line += columns[i].align == views::Align::kRight ? padding + text : text + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::vector<std::size_t> table_widths(const views::Table& table, const std::vector<std::string>& titles,
                                      const std::vector<std::vector<std::string>>& cells, std::size_t available) {
  std::vector<ColumnWish> wishes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::size_t title = text_width(titles[i]);
    ColumnWish wish{title, title};
    for (const std::vector<std::string>& row : cells) wish.wanted = std::max(wish.wanted, text_width(row[i]));
    wish.minimum = table.columns[i].shrink == views::Shrink::kNever
                       ? wish.wanted
                       : std::min(wish.wanted, std::max(title, kShortestText));
    wishes.push_back(wish);
  }
  return column_widths(wishes, available);
}

class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void line(std::string_view text, std::string_view colour = {}) {
    const bool painted = colour_ && !colour.empty() && !text.empty();
    if (painted) text_ += colour;
    text_ += text;
    if (painted) text_ += kPlain;
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  bool colour_;
  std::string text_;
};

std::string_view colour_of(views::RowRole role) {
  switch (role) {
    case views::RowRole::kNormal:
      return {};
    case views::RowRole::kQuiet:
      return kQuietColour;
    case views::RowRole::kHot:
      return kHotColour;
    case views::RowRole::kTotal:
      return kTotalColour;
  }
  return {};
}

void add_table(const views::Table& table, const TextStyle& style, Page& page) {
  std::vector<std::vector<std::string>> cells = print_cells(table, style);
  std::vector<std::string> titles;  // some are names of counters, which the trace gives
  for (const views::Column& column : table.columns) titles.push_back(printable(column.title));
  const std::vector<std::size_t> widths = table_widths(table, titles, cells, style.width_columns);
  const std::size_t last = table.columns.size() - 1;
  const bool squeezed = table.columns[last].shrink != views::Shrink::kNever && widths[last] < kReadableText;
  // where even the least widths are too much for the terminal, the last column has less than its own
  const std::size_t others = std::accumulate(widths.begin(), widths.end() - 1, kColumnGap * last);
  const std::size_t left = style.width_columns - std::min(style.width_columns, others);
  const std::size_t last_width = style.width_columns == 0 ? widths[last] : std::min(widths[last], left);
  std::size_t widest = 0;
  const auto add_line = [&](const std::string& line, std::string_view colour) {
    widest = std::max(widest, text_width(line));
    page.line(line, colour);
  };
  const auto add_row = [&](std::vector<std::string> row, std::string_view colour) {
    const bool own_line = squeezed && text_width(row[last]) > last_width;
    const std::string text = own_line ? std::exchange(row[last], {}) : std::string();
    add_line(layout_line(row, table.columns, widths), colour);
    if (!own_line) return;
    const std::size_t room = style.width_columns - std::min(style.width_columns, kOwnLineIndent);
    add_line(std::string(kOwnLineIndent, ' ') + cut(text, table.columns[last].shrink, room), colour);
  };
  add_row(std::move(titles), kTitleColour);
  page.line(std::string(style.width_columns > 0 ? std::min(widest, style.width_columns) : widest, '='));
  for (std::size_t i = 0; i < cells.size(); ++i) add_row(std::move(cells[i]), colour_of(table.rows[i].role));
}

/// A note, broken at blanks where the terminal is narrower; what follows is indented.
void add_note(const std::string& note, const TextStyle& style, Page& page) {
  if (style.width_columns == 0) return page.line(note, kNoteColour);
  std::string line;
  std::size_t columns = 0;
  bool begun = false;
  for (std::size_t at = 0; at <= note.size();) {
    const std::size_t end = std::min(note.find(' ', at), note.size());
    const std::string_view word = std::string_view(note).substr(at, end - at);
    const std::size_t word_columns = text_width(word);
    if (begun && columns + 1 + word_columns > style.width_columns) {
      page.line(std::exchange(line, "  "), kNoteColour);
      columns = line.size();
      begun = false;
    }
    if (begun) line += ' ', ++columns;
    line += word;
    columns += word_columns;
    begun = true;
    at = end + 1;
  }
  page.line(line, kNoteColour);
}

}  // namespace

std::string render_text(const views::Table& table, const TextStyle& style) {
  Page page(style.colour);
  for (const std::string& heading : table.heading) page.line(printable(heading));
  if (!table.columns.empty()) {
    if (!table.heading.empty()) page.line("");
    add_table(table, style, page);
  }
  if (!table.notes.empty()) page.line("");
  for (const std::string& note : table.notes) add_note(printable(note), style, page);
  return page.take();
}

}  // namespace memline::render
