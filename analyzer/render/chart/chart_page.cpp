#include "render/chart/chart_page.h"

#include <chart_page_script.h>  // made by CMake from chart_page.js
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "render/chart/axis_ticks.h"
#include "render/chart/svg.h"
#include "render/printable.h"

namespace memline::render {
namespace {

using Json = nlohmann::ordered_json;

std::string css(const Colour& colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

Json points_of(const std::vector<views::ChartPoint>& points) {
  Json list = Json::array();
  for (const views::ChartPoint& point : points) list.push_back(Json::array({point.x, point.y}));
  return list;
}

Json axis_object(const views::ChartAxis& axis) {
  static constexpr const char* kQuantities[] = {"bytes", "seconds", "count"};
  return {{"title", printable(axis.title)},
          {"quantity", kQuantities[static_cast<std::size_t>(axis.quantity)]},
          {"logarithmic", axis.scale == views::AxisScale::kLogarithmic},
          {"low", axis.low},
          {"high", axis.high}};
}

std::string value_text(const std::optional<views::ChartValue>& value) {
  return value ? format_value(*value) : std::string();
}

Json chart_object(const views::Chart& chart, const Theme& theme) {
  static constexpr const char* kStyles[] = {"steps", "straight", "dashed", "dots", "points"};
  Json object;
  object["x"] = axis_object(drawable(chart.x, chart.x.scale == views::AxisScale::kLogarithmic ? 0.03 : 0));
  object["y"] = axis_object(drawable(chart.y, 0));
  object["colours"] = {{"text", css(theme.text)}, {"quiet", css(theme.quiet_text)},
                       {"grid", css(theme.grid)}, {"frame", css(theme.frame)},
                       {"mark", css(theme.mark)}, {"background", css(theme.background)}};
  Json& series = object["series"] = Json::array();
  for (const views::ChartSeries& each : chart.series) {
    series.push_back({{"name", printable(each.name)},
                      {"value", value_text(each.value)},
                      {"style", kStyles[static_cast<std::size_t>(each.style)]},
                      {"colour", css(theme.of(each.colour))},
                      {"filled", each.filled},
                      {"points", points_of(each.points)}});
  }
  Json& marks = object["marks"] = Json::array();
  for (const views::ChartMark& mark : chart.marks) {
    marks.push_back(
        {{"x", mark.at.x},
         {"y", mark.at.y},
         {"label", mark.label.empty() ? ""
                                      : printable(mark.label) + ' ' + format_quantity(chart.y.quantity, mark.at.y) +
                                            " at " + format_quantity(chart.x.quantity, mark.at.x)},
         {"colour", css(mark.cross ? theme.mark : theme.of(mark.colour))},
         {"cross", mark.cross}});
  }
  Json& brackets = object["brackets"] = Json::array();
  for (const views::BracketGroup& group : chart.brackets) {
    Json list = Json::array();
    for (const views::ChartBracket& bracket : group.brackets) list.push_back(points_of({bracket.begin, bracket.end}));
    brackets.push_back({{"name", printable(group.name)},
                        {"value", value_text(group.value)},
                        {"colour", css(theme.of(group.colour))},
                        {"list", std::move(list)}});
  }
  return object;
}

/// JSON inside of a script element: a "<" could end the element, whatever stands around it.
std::string script_json(const Json& object) {
  constexpr bool kAsciiOnly = true;
  std::string text;
  for (const char c : object.dump(-1, ' ', kAsciiOnly, Json::error_handler_t::replace)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

std::string paragraphs(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "<p>" + escape_markup(printable(line)) + "</p>\n";
  return text;
}

}  // namespace

std::string render_chart_page(const views::Chart& chart, const Theme& theme) {
  const std::string title = escape_markup(printable(chart.title));
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 16px; font: 14px 'DejaVu Sans', Verdana, 'Helvetica Neue', Arial, sans-serif; background: {background}; color: {text}; }}
h1 {{ font-size: 18px; overflow-wrap: anywhere; }}
p {{ margin: 4px 0; color: {quiet}; overflow-wrap: anywhere; }}
#plot {{ position: relative; height: min(60vh, 640px); min-height: 260px; touch-action: none; cursor: crosshair; }}
canvas {{ position: absolute; inset: 0; width: 100%; height: 100%; }}
#legend {{ display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 8px 0; }}
#legend button {{ background: none; border: 0; padding: 2px; font: inherit; color: inherit; cursor: pointer; text-align: left; overflow-wrap: anywhere; }}
#legend button[aria-pressed=false] {{ opacity: 0.4; }}
#legend i {{ display: inline-block; width: 18px; height: 4px; margin: 0 8px 4px 0; }}
#legend i.dot {{ width: 8px; height: 8px; border-radius: 4px; margin: 0 13px 1px 5px; }}
#legend small {{ font-size: inherit; color: {quiet}; margin-left: 8px; }}
#values {{ position: absolute; pointer-events: none; display: none; max-width: 60%; padding: 6px 8px; border: 1px solid {frame}; background: {background}; font-size: 12px; white-space: pre-line; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
{subtitle}<div id="plot"><canvas></canvas><div id="values"></div></div>
<div id="legend"></div>
<p>Drag to zoom, turn the wheel to zoom at the pointer, double-click to see all; click a name to hide it.</p>
{notes}<script type="application/json" id="chart">{chart}</script>
<script>
{script}</script>
</body>
</html>
)",
      fmt::arg("title", title), fmt::arg("background", css(theme.background)), fmt::arg("text", css(theme.text)),
      fmt::arg("quiet", css(theme.quiet_text)), fmt::arg("frame", css(theme.frame)),
      fmt::arg("subtitle", paragraphs(chart.subtitle)), fmt::arg("notes", paragraphs(chart.notes)),
      fmt::arg("chart", script_json(chart_object(chart, theme))),
      fmt::arg("script", std::string_view(kChartPageScript)));
}

}  // namespace memline::render
