/// \file BrailleCanvas: a grid of terminal cells, each of two by four dots (Unicode's braille patterns) or a character.
///
/// A cell shows the colour and the character of what was drawn into it last. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "render/chart/drawing.h"

namespace memline::render {

class BrailleCanvas {
 public:
  static constexpr std::size_t kDotColumns = 2, kDotRows = 4;  ///< of a cell

  BrailleCanvas(std::size_t columns, std::size_t rows) : columns_(columns), cells_(columns * rows) {}

  std::size_t columns() const { return columns_; }
  std::size_t rows() const { return cells_.size() / columns_; }

  /// Joins the points, which are in dots from the top left; what lies outside is left out. With a `sign` the cells
  /// passed show that character, else their dots. `sgr` is the colour's escape sequence; empty: none.
  void line(std::span<const Pixel> dots, std::string_view sgr, std::string_view sign = {});
  /// Characters of one column each, from a cell on; what does not fit is left out.
  void text(std::size_t column, std::size_t row, std::string_view text, std::string_view sgr);
  /// Whether nothing stands in these cells.
  bool is_free(std::size_t column, std::size_t row, std::size_t count) const;

  /// One row, without blanks at its end.
  std::string row(std::size_t row) const;

 private:
  struct Cell {
    std::uint8_t dots = 0;
    std::string character;
    std::string sgr;
  };
  void dot(std::int64_t x, std::int64_t y, std::string_view sgr, std::string_view sign);

  std::size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace memline::render
