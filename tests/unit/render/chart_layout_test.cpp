#include "render/chart/chart_layout.h"

#include <algorithm>
#include <cmath>

#include "render/chart/label_width.h"
#include "support/catch.h"

using namespace memline::views;
using namespace memline::render;

namespace {

struct Box {
  double left = 0, right = 0, top = 0, bottom = 0;
  std::string text;
};

std::vector<Box> text_boxes(const Drawing& drawing) {
  std::vector<Box> boxes;
  for (const Shape& shape : drawing.shapes) {
    const Label* const label = std::get_if<Label>(&shape);
    if (label == nullptr) continue;
    const double width = label_width(label->text, label->size);
    const double left = label->anchor == Anchor::kStart    ? label->at.x
                        : label->anchor == Anchor::kMiddle ? label->at.x - width / 2
                                                           : label->at.x - width;
    boxes.push_back(
        {left, left + width, label->at.y - label->size * 0.8, label->at.y + label->size * 0.2, label->text});
  }
  return boxes;
}

void check_texts(const Drawing& drawing) {
  const std::vector<Box> boxes = text_boxes(drawing);
  CHECK(!boxes.empty());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    INFO("'" << boxes[i].text << "'");
    CHECK(boxes[i].left >= 0);
    CHECK(boxes[i].right <= drawing.width);
    CHECK(boxes[i].top >= 0);
    CHECK(boxes[i].bottom <= drawing.height);
    for (std::size_t j = 0; j < i; ++j) {
      INFO("over '" << boxes[j].text << "'");
      CHECK((boxes[i].left >= boxes[j].right || boxes[j].left >= boxes[i].right || boxes[i].top >= boxes[j].bottom ||
             boxes[j].top >= boxes[i].bottom));
    }
  }
}

Chart chart_of(double seconds, double bytes, double peak_at) {
  Chart chart;
  chart.title = "Program: ./app";
  chart.x = {"time since the start", Quantity::kSeconds, AxisScale::kLinear, 0, seconds};
  chart.y = {"", Quantity::kBytes, AxisScale::kLinear, 0, bytes};
  chart.series.push_back({"live heap",
                          ChartValue{"peak ", Quantity::kBytes, bytes, ""},
                          LineStyle::kSteps,
                          0,
                          true,
                          {{0, 0}, {peak_at * seconds, bytes}, {seconds, 0}}});
  chart.marks.push_back({{peak_at * seconds, bytes}, "peak", 0, true});
  return chart;
}

TEST_CASE("no text covers another one or leaves the picture, whatever the ranges") {
  for (double seconds = 3e-6; seconds < 1e7; seconds *= 7.3) {
    for (double bytes = 1; bytes < 1e15; bytes *= 61) {
      for (const double peak_at : {0.0, 0.3, 1.0}) {
        INFO(seconds << " s, " << bytes << " bytes, peak at " << peak_at);
        check_texts(lay_out(chart_of(seconds, bytes, peak_at), kLightTheme));
      }
    }
  }
}

TEST_CASE("ten traces with long names, many brackets and notes have room") {
  Chart chart = chart_of(3, 1e8, 0.9);
  chart.title = std::string(300, 'W');
  chart.subtitle.push_back(std::string(300, 'M'));
  for (std::size_t i = 1; i < 10; ++i) {
    chart.series.push_back(chart.series.front());
    chart.series.back().name = std::string(20 * i, 'n') + "\u8868\u8868";
    chart.series.back().colour = i;
  }
  for (std::size_t i = 0; i < 12; ++i) {
    chart.brackets.push_back({"span " + std::to_string(i),
                              ChartValue{"", Quantity::kSeconds, 1, " in 3"},
                              10 + i,
                              {{{0.5, 1e7}, {1, 2e7}}}});
  }
  chart.notes = {"One note.", std::string(400, 'x')};
  check_texts(lay_out(chart, kDarkTheme));
}

TEST_CASE("a note longer than the picture is wide goes on in the next line, whole") {
  Chart chart = chart_of(3, 1e8, 0.9);
  std::string note = "Samples:";
  for (int i = 1; i < 40; ++i) note += " word" + std::to_string(i);
  chart.notes = {note};
  const Drawing drawing = lay_out(chart, kLightTheme);
  check_texts(drawing);
  std::string shown;
  for (const Box& box : text_boxes(drawing)) {
    if (box.text.find("word") != std::string::npos) shown += (shown.empty() ? "" : " ") + box.text;
  }
  CHECK(shown == note);
}

TEST_CASE("one sample, or none, makes a picture too") {
  Chart chart = chart_of(0, 0, 0);
  chart.series.front().points = {{0, 0}};
  check_texts(lay_out(chart, kLightTheme));
  chart.series.clear();
  chart.marks.clear();
  check_texts(lay_out(chart, kLightTheme));
}

TEST_CASE("logarithmic axes put equal factors at equal distances") {
  Chart chart;
  chart.x = {"n", Quantity::kCount, AxisScale::kLogarithmic, 1e3, 1e5};
  chart.y = {"peak", Quantity::kBytes, AxisScale::kLogarithmic, 1 << 10, 1 << 20};
  chart.series.push_back({"peak", {}, LineStyle::kDots, 0, false, {{1e3, 1 << 10}, {1e4, 1 << 15}, {1e5, 1 << 20}}});
  const Drawing drawing = lay_out(chart, kLightTheme);
  check_texts(drawing);
  std::vector<Pixel> dots;
  for (const Shape& shape : drawing.shapes) {
    if (const Dot* const dot = std::get_if<Dot>(&shape)) dots.push_back(dot->centre);
  }
  REQUIRE(dots.size() == 3);
  CHECK(std::abs((dots[1].x - dots[0].x) - (dots[2].x - dots[1].x)) < 1e-6);
  CHECK(std::abs((dots[1].y - dots[0].y) - (dots[2].y - dots[1].y)) < 1e-6);
}

TEST_CASE("a line that leaves the chart is cut at its edges") {
  Chart chart = chart_of(10, 100, 0.5);
  chart.series.push_back({"slope", {}, LineStyle::kDashed, 0, false, {{0, -100}, {10, 300}}});
  const Drawing drawing = lay_out(chart, kLightTheme);
  std::vector<const Polyline*> dashed;
  double bottom = 0, top = 1e9;
  for (const Shape& shape : drawing.shapes) {
    const Polyline* const line = std::get_if<Polyline>(&shape);
    if (line == nullptr) continue;
    if (line->stroke.dashed && line->stroke.width == 1.5) dashed.push_back(line);
    if (line->points.size() != 3 || line->stroke.colour != kLightTheme.frame) continue;
    top = line->points[0].y;
    bottom = line->points[1].y;
  }
  REQUIRE(dashed.size() == 1);
  CHECK(std::abs(dashed[0]->points.front().y - bottom) < 1e-6);
  CHECK(std::abs(dashed[0]->points.back().y - top) < 1e-6);
}

TEST_CASE("the legend of points shows a point, that of lines a line") {
  Chart chart = chart_of(1, 100, 0.5);
  chart.series.push_back({"as looked at", std::nullopt, LineStyle::kPoints, 1, false, {{0.2, 5}, {0.4, 6}}});
  const Drawing drawing = lay_out(chart, kLightTheme);
  const auto dots = std::count_if(drawing.shapes.begin(), drawing.shapes.end(),
                                  [](const Shape& shape) { return std::holds_alternative<Dot>(shape); });
  CHECK(dots == 2 + 1 + 1);  // the points, the peak, the legend
}

TEST_CASE("brackets at the bottom of a chart leave the labels of its axis alone") {
  Chart chart = chart_of(1, 100, 0.5);
  for (int i = 0; i < 4; ++i) {
    chart.brackets.push_back({"span", std::nullopt, 1, {{{0.1 * i, 0}, {1, 0}}}});
  }
  const Drawing drawing = lay_out(chart, kLightTheme);
  double labels = drawing.height, brackets = 0;
  for (const Shape& shape : drawing.shapes) {
    const Label* const label = std::get_if<Label>(&shape);
    if (label != nullptr && label->anchor == Anchor::kMiddle)
      labels = std::min(labels, label->at.y - label->size * 0.8);
  }
  for (const Shape& shape : drawing.shapes) {
    const Polyline* const line = std::get_if<Polyline>(&shape);
    if (line == nullptr || line->points.size() != 4 || line->points[3].x < line->points[2].x) continue;
    if (line->points[2].y < labels + 12) brackets = std::max(brackets, line->points[2].y);  // not those of the legend
  }
  CHECK(brackets > 0);
  CHECK(brackets < labels);
}

}  // namespace
