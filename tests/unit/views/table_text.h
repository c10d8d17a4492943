/// \file What tests say about a Table in one line a row: cells as plain text, "." for an empty one.
#pragma once

#include <string>

#include "views/table.h"

namespace memline::views {

inline std::string text_of(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::kEmpty:
      return ".";
    case CellKind::kText:
      return cell.text;
    case CellKind::kBytes:
      return std::to_string(cell.number) + "B";
    case CellKind::kCount:
      return std::to_string(cell.number);
    case CellKind::kSeconds:
      return std::to_string(cell.real) + "s";
    case CellKind::kPercent:
      return std::to_string(cell.real) + "%";
  }
  return "?";
}

inline std::string text_of(const Row& row) {
  std::string text;
  for (const Cell& cell : row.cells) text += (text.empty() ? "" : "|") + text_of(cell);
  return text;
}

inline std::string titles_of(const Table& table) {
  std::string text;
  for (const Column& column : table.columns) text += (text.empty() ? "" : "|") + column.title;
  return text;
}

}  // namespace memline::views
