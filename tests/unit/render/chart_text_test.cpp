#include "render/chart/chart_text.h"

#include <sstream>

#include "golden/golden.h"
#include "render/text_width.h"
#include "support/catch.h"

using namespace memline::views;
using namespace memline::render;
using memline::test::check_golden;

namespace {

constexpr double kMi = 1 << 20;

Chart example() {
  Chart chart;
  chart.title = "Program: ./app";
  chart.x = {"time since the start", Quantity::kSeconds, AxisScale::kLinear, 0, 4};
  chart.y = {"", Quantity::kBytes, AxisScale::kLinear, 0, 64 * kMi};
  chart.series.push_back({"live heap",
                          ChartValue{"peak ", Quantity::kBytes, 64 * kMi, ""},
                          LineStyle::kSteps,
                          0,
                          true,
                          {{0, 0}, {1, 16 * kMi}, {2, 64 * kMi}, {3, 8 * kMi}, {4, 8 * kMi}}});
  chart.series.push_back({"RSS (sampled)",
                          ChartValue{"peak ", Quantity::kBytes, 40 * kMi, ""},
                          LineStyle::kStraight,
                          1,
                          false,
                          {{0, 4 * kMi}, {2, 40 * kMi}, {4, 40 * kMi}}});
  chart.marks.push_back({{2, 64 * kMi}, "peak", 0, true});
  chart.brackets.push_back(
      {"parse \u8868", ChartValue{"", Quantity::kSeconds, 1, ""}, 2, {{{1, 16 * kMi}, {2, 64 * kMi}}}});
  chart.notes = {"Incomplete: 3 events were lost."};
  return chart;
}

TEST_CASE("a chart in characters") {
  check_golden("chart_80.txt", render_chart_text(example(), {80, false}));
  check_golden("chart_80_colour.txt", render_chart_text(example(), {80, true}));
  check_golden("chart_160.txt", render_chart_text(example(), {160, false}));
}

TEST_CASE("no line is wider than asked for, and no name moves the cursor") {
  Chart chart = example();
  chart.title = std::string(200, 'w') + "\x1b[2J";
  chart.brackets.front().name = "\x1b[31m" + std::string(100, 'b');
  chart.notes.clear();
  for (const std::size_t width : {40U, 57U, 80U, 203U}) {
    const std::string text = render_chart_text(chart, {width, false});
    CHECK(text.find('\x1b') == std::string::npos);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) CHECK(text_width(line) <= width);
  }
}

TEST_CASE("the legend of points shows points") {
  Chart chart = example();
  chart.series[1].style = LineStyle::kPoints;
  const std::string plain = render_chart_text(chart, {80, false});
  CHECK(plain.find("\n o  RSS (sampled)") != std::string::npos);
  const std::string coloured = render_chart_text(chart, {80, true});
  CHECK(coloured.find(" \u2802 \x1b[0m RSS (sampled)") != std::string::npos);
}

TEST_CASE("a chart without points has its axes") {
  Chart chart;
  chart.x = {"", Quantity::kSeconds, AxisScale::kLinear, 0, 0};
  chart.y = {"", Quantity::kBytes, AxisScale::kLinear, 0, 0};
  CHECK(render_chart_text(chart, {}).find("\u2514") != std::string::npos);
}

}  // namespace
