/// \file render_chart_text(): a Chart in characters, for a terminal or a pipe. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "views/chart.h"

namespace memline::render {

struct TextChartStyle {
  std::size_t width_columns = 80;  ///< at least 40 are used
  bool colour = false;             ///< without, all but the first series are drawn with a letter each
};

/// Title, chart, a row for each group of brackets, legend and notes; ends in a newline.
std::string render_chart_text(const views::Chart& chart, const TextChartStyle& style);

}  // namespace memline::render
