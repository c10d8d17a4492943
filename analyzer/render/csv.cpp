#include "render/csv.h"

#include <fmt/format.h>

#include "render/printable.h"

namespace memline::render {
namespace {

/// A field is quoted only where it has to be.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string field_of(const views::Cell& cell) {
  switch (cell.kind) {
    case views::CellKind::kEmpty:
      return {};
    case views::CellKind::kText:
      return quoted(printable(cell.text, "\\\t"));
    case views::CellKind::kBytes:
    case views::CellKind::kCount:
      return fmt::format("{}", cell.number);
    case views::CellKind::kSeconds:
    case views::CellKind::kPercent:
      return fmt::format("{}", cell.real);
  }
  return {};
}

}  // namespace

std::string render_csv(const views::Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) out += ',';
    out += quoted(printable(table.columns[i].key));
  }
  out += "\r\n";
  for (const views::Row& row : table.rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (i > 0) out += ',';
      out += field_of(row.cells[i]);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace memline::render
