/// \file Chart: what a view returns to be drawn: plain data that a renderer can draw without knowing what it means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace memline::views {

struct ChartPoint {
  double x = 0, y = 0;
};

enum class Quantity : std::uint8_t { kBytes, kSeconds, kCount };
enum class AxisScale : std::uint8_t { kLinear, kLogarithmic };

struct ChartAxis {
  std::string title;
  Quantity quantity = Quantity::kCount;
  AxisScale scale = AxisScale::kLinear;
  double low = 0, high = 0;  ///< what has to be visible
};

enum class LineStyle : std::uint8_t {
  kSteps,     ///< a point holds until the next one
  kStraight,  ///< points are joined
  kDashed,    ///< joined, as a line that was computed
  kDots,      ///< joined, and each point is visible
  kPoints,    ///< points alone: what lies between them is not known
};

/// Series and groups of brackets with the same number have the same colour; renderers start again after their last one.
using ColourNumber = std::size_t;

/// A number with its words, which the renderer puts into units: "peak 64.00 MiB", "0.5 s in 3".
struct ChartValue {
  std::string before;
  Quantity quantity = Quantity::kCount;
  double number = 0;
  std::string after;
};

struct ChartSeries {
  std::string name;                 ///< in the legend; empty: not there
  std::optional<ChartValue> value;  ///< beside the name
  LineStyle style = LineStyle::kStraight;
  ColourNumber colour = 0;
  bool filled = false;             ///< down to the axis
  std::vector<ChartPoint> points;  ///< in order of x
};

/// A point to look at.
struct ChartMark {
  ChartPoint at;
  std::string label;  ///< "peak": its numbers stand behind it; empty: only a dot
  ColourNumber colour = 0;
  bool cross = false;  ///< with lines through the whole chart
};

struct ChartBracket {
  ChartPoint begin, end;
};

/// Stretches along x that belong together.
struct BracketGroup {
  std::string name;
  std::optional<ChartValue> value;
  ColourNumber colour = 0;
  std::vector<ChartBracket> brackets;
};

struct Chart {
  std::string title;
  std::vector<std::string> subtitle;
  ChartAxis x, y;
  std::vector<ChartSeries> series;
  std::vector<ChartMark> marks;
  std::vector<BracketGroup> brackets;
  std::vector<std::string> notes;  ///< lines below: what is missing, what is estimated
};

}  // namespace memline::views
