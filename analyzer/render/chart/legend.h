/// \file Legend: the names below a chart, in as many rows as they need. Pure.
#pragma once

#include <string>
#include <vector>

#include "render/chart/drawing.h"
#include "views/chart.h"

namespace memline::render {

struct LegendEntry {
  enum class Sign : std::uint8_t { kLine, kDashed, kDot, kBracket };
  Sign sign = Sign::kLine;
  std::size_t colour = 0;
  std::string name, value;
};

/// Named series, then groups of brackets. Texts are made printable.
std::vector<LegendEntry> legend_entries(const views::Chart& chart);

struct PlacedLegend {
  std::vector<Shape> shapes;
  double height = 0;
};

/// Laid out from `left` to `right`, downwards from `top`.
PlacedLegend place_legend(const std::vector<LegendEntry>& entries, double left, double right, double top,
                          const Theme& theme);

}  // namespace memline::render
