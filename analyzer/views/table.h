/// \file Table: what a view returns: plain data that a renderer can show without knowing what it means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace memline::views {

enum class CellKind : std::uint8_t {
  kEmpty,    ///< prints blank
  kText,     ///< `text`
  kBytes,    ///< `number` bytes, may be negative
  kCount,    ///< `number`
  kSeconds,  ///< `real`
  kPercent,  ///< `real`, 0..100
};

struct Cell {
  CellKind kind = CellKind::kEmpty;
  std::int64_t number = 0;
  double real = 0;
  std::string text;

  static Cell empty() { return {}; }
  static Cell of_text(std::string value) { return {CellKind::kText, 0, 0, std::move(value)}; }
  static Cell bytes(std::int64_t value) { return {CellKind::kBytes, value, 0, {}}; }
  static Cell count(std::int64_t value) { return {CellKind::kCount, value, 0, {}}; }
  static Cell seconds(double value) { return {CellKind::kSeconds, 0, value, {}}; }
  static Cell percent(double value) { return {CellKind::kPercent, 0, value, {}}; }
};

enum class Align : std::uint8_t { kLeft, kRight };

/// How a column behaves where the terminal is too narrow.
enum class Shrink : std::uint8_t {
  kNever,
  kCutEnd,    ///< source text: the end goes first
  kCutStart,  ///< paths: the start goes first
  kCutMiddle  ///< symbol names
};

struct Column {
  std::string key;    ///< for CSV: "mem_usage"
  std::string title;  ///< for people: "Mem usage"
  Align align = Align::kRight;
  Shrink shrink = Shrink::kNever;
};

/// What a row is, so that a renderer can colour it.
enum class RowRole : std::uint8_t { kNormal, kQuiet /* no events */, kHot, kTotal };

struct Row {
  std::vector<Cell> cells;  ///< one per column
  RowRole role = RowRole::kNormal;
};

struct Table {
  std::vector<std::string> heading;  ///< lines above: "Filename: ...", "Function: ..."
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> notes;  ///< lines below: what is missing, what is estimated
};

}  // namespace memline::views
