/// \file Where an axis has its ticks, and how they and other numbers of a chart read. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "views/chart.h"

namespace memline::render {

struct Tick {
  double value = 0;
  std::string label;  ///< with its unit: "200 ms", "1.5 GiB"; zero is "0"
};

/// At most about `most` round values from axis.low to axis.high, both included where they are round; at least one. A
/// linear axis has steps of 1, 2 or 5 in the unit that its largest value asks for (minutes and hours: those of a clock),
/// a logarithmic one of whole powers of 10, or of 2 where it counts bytes.
std::vector<Tick> make_ticks(const views::ChartAxis& axis, std::size_t most);

/// "64.00 MiB", "1.5 s", "2 min 5 s", "1000"
std::string format_quantity(views::Quantity quantity, double value);
/// With the words around it.
std::string format_value(const views::ChartValue& value);

/// An axis that is never empty and starts and ends where it may be drawn: equal ends are drawn apart, and logarithmic
/// ones are positive. `headroom` is added above, as a share of the extent.
views::ChartAxis drawable(views::ChartAxis axis, double headroom);

/// Where a value lies on the axis: 0 at its low end, 1 at its high end.
double position_on(const views::ChartAxis& axis, double value);

}  // namespace memline::render
