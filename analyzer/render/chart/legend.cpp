#include "render/chart/legend.h"

#include <algorithm>

#include "render/chart/axis_ticks.h"
#include "render/chart/label_width.h"
#include "render/printable.h"

namespace memline::render {
namespace {

constexpr double kSize = 12, kRow = 20, kSign = 22, kGap = 8, kBetween = 24;
constexpr double kMostName = 420;

Shape sign_of(const LegendEntry& entry, double left, double middle, const Theme& theme) {
  const Colour colour = theme.of(entry.colour);
  if (entry.sign == LegendEntry::Sign::kBracket) {
    return Polyline{{{left + 4, middle - 6}, {left, middle - 6}, {left, middle + 6}, {left + 4, middle + 6}},
                    {colour, 2, false}};
  }
  if (entry.sign == LegendEntry::Sign::kDot) return Dot{{left + kSign / 2, middle}, 3.5, colour};
  return Polyline{{{left, middle}, {left + kSign, middle}}, {colour, 2.5, entry.sign == LegendEntry::Sign::kDashed}};
}

LegendEntry::Sign sign_of(views::LineStyle style) {
  switch (style) {
    case views::LineStyle::kDashed:
      return LegendEntry::Sign::kDashed;
    case views::LineStyle::kPoints:
      return LegendEntry::Sign::kDot;
    default:
      return LegendEntry::Sign::kLine;
  }
}

double sign_width(const LegendEntry& entry) {
  return entry.sign == LegendEntry::Sign::kBracket ? 6 : kSign;
}

}  // namespace

std::vector<LegendEntry> legend_entries(const views::Chart& chart) {
  std::vector<LegendEntry> entries;
  const auto value = [](const std::optional<views::ChartValue>& of) { return of ? format_value(*of) : std::string(); };
  for (const views::ChartSeries& series : chart.series) {
    if (series.name.empty()) continue;
    entries.push_back({sign_of(series.style), series.colour, printable(series.name), value(series.value)});
  }
  for (const views::BracketGroup& group : chart.brackets) {
    entries.push_back({LegendEntry::Sign::kBracket, group.colour, printable(group.name), value(group.value)});
  }
  return entries;
}

PlacedLegend place_legend(const std::vector<LegendEntry>& entries, double left, double right, double top,
                          const Theme& theme) {
  PlacedLegend legend;
  double x = left, middle = top + kRow / 2;
  for (const LegendEntry& entry : entries) {
    const std::string value = entry.value.empty() ? "" : ": " + entry.value;
    const double value_width = label_width(value, kSize);
    const double room = right - left - sign_width(entry) - kGap - value_width;
    const std::string name = fit_label(entry.name, kSize, std::min(kMostName, room));
    const double width = sign_width(entry) + kGap + label_width(name, kSize) + value_width;
    if (x > left && x + width > right) {
      x = left;
      middle += kRow;
    }
    legend.shapes.push_back(sign_of(entry, x, middle, theme));
    legend.shapes.push_back(
        Label{{x + sign_width(entry) + kGap, middle + 4}, name + value, theme.text, kSize, Anchor::kStart, false});
    x += width + kBetween;
  }
  legend.height = entries.empty() ? 0 : middle + kRow / 2 - top;
  return legend;
}

}  // namespace memline::render
