#include <algorithm>
#include <string>

#include "support/catch.h"
#include "table_text.h"
#include "views/sweep_view.h"
#include "views/timeline_view.h"

namespace memline::views {
namespace {

model::Timeline timeline(const std::string& label, double peak) {
  model::Timeline result;
  result.label = label;
  result.program = "Program: ./" + label;
  result.to = 4;
  model::Curve heap;
  heap.name = "live heap";
  heap.steps = true;
  heap.points = {{0, 0}, {1, peak}, {4, 0}};
  heap.peak = model::TimePoint{1, peak};
  result.curves.push_back(heap);
  result.stretches.push_back({"parse", {1, peak}, {2, 5}, false, true});
  result.stretches.push_back({"parse", {3, 5}, {3.5, 6}, false, true});
  return result;
}

TEST_CASE("one timeline: curves by what they show, the peak with a cross, equal names in one group") {
  std::vector<model::Timeline> timelines = {timeline("app", 64)};
  timelines[0].curves[0].fit = model::LineFit{2, 0.5};
  model::Curve rss;
  rss.kind = model::CurveKind::kRss;
  rss.name = "RSS (sampled)";
  rss.points = {{0, 10}, {4, 90}};
  timelines[0].curves.push_back(rss);
  const Chart chart = timeline_view(timelines, "");
  CHECK(chart.title == "Program: ./app");
  REQUIRE(chart.series.size() == 3);
  CHECK(chart.series[0].name == "live heap");
  CHECK(chart.series[0].filled);
  CHECK(chart.series[1].style == LineStyle::kDashed);
  CHECK(chart.series[1].colour == chart.series[0].colour);
  CHECK(chart.series[1].points[1].y == 4);  // 2 + 0.5 * 4
  CHECK(chart.y.high == 90);
  CHECK(chart.x.high == 4);
  REQUIRE(chart.marks.size() == 1);
  CHECK(chart.marks[0].cross);
  REQUIRE(chart.brackets.size() == 1);
  CHECK(chart.brackets[0].brackets.size() == 2);
  CHECK(chart.brackets[0].value->number == 1.5);
  CHECK(chart.brackets[0].value->after == " in 2");
}

TEST_CASE("calls of a function that is called like a span are a group of their own") {
  std::vector<model::Timeline> timelines = {timeline("app", 64)};
  timelines[0].stretches.push_back({"parse", {1, 0}, {1.75, 0}, true, true});
  timelines[0].stretches.push_back({"grow", {2, 0}, {3, 0}, true, true});
  const Chart chart = timeline_view(timelines, "");
  REQUIRE(chart.brackets.size() == 3);
  CHECK(chart.brackets[0].name == "parse");
  CHECK(chart.brackets[0].value->number == 1.5);
  CHECK(chart.brackets[1].name == "parse()");
  CHECK(chart.brackets[1].value->number == 0.75);
  CHECK(chart.brackets[2].name == "grow");
}

TEST_CASE("calls of one event each are counted, for they do not take 0 s") {
  std::vector<model::Timeline> timelines = {timeline("app", 64)};
  for (const double at : {1.0, 2.0, 3.0}) timelines[0].stretches.push_back({"make", {at, 0}, {at, 5}, true, true});
  timelines[0].stretches.push_back({"once", {2, 0}, {2, 5}, true, true});
  const Chart chart = timeline_view(timelines, "");
  REQUIRE(chart.brackets.size() == 3);
  CHECK(chart.brackets[1].value->quantity == Quantity::kCount);
  CHECK(chart.brackets[1].value->number == 3);
  CHECK(chart.brackets[1].value->after == " times");
  CHECK(chart.brackets[2].value->after == " time");
}

TEST_CASE("several timelines: curves by whose they are, and only the highest peak is labelled") {
  const std::vector<model::Timeline> timelines = {timeline("a", 10), timeline("b", 30), timeline("c", 20)};
  const Chart chart = timeline_view(timelines, "All of them");
  CHECK(chart.title == "All of them");
  CHECK(chart.series[1].name == "b");
  REQUIRE(chart.marks.size() == 3);
  CHECK(chart.marks[0].label.empty());
  CHECK(chart.marks[1].label == "peak");
  CHECK(chart.marks[1].cross);
  CHECK_FALSE(chart.marks[2].cross);
  CHECK(chart.brackets[1].name == "b: parse");
  CHECK(chart.brackets[1].colour == chart.series[1].colour);
}

TEST_CASE("names of brackets beyond a dozen are counted, not drawn") {
  std::vector<model::Timeline> timelines = {timeline("app", 64)};
  for (int i = 0; i < 20; ++i) timelines[0].stretches.push_back({std::to_string(i), {0, 0}, {1, 1}, false, true});
  const Chart chart = timeline_view(timelines, "");
  CHECK(chart.brackets.size() == 12);
  CHECK(chart.notes == std::vector<std::string>{"9 more names of spans and calls, of less time, not shown."});
}

TEST_CASE("of too many names those that took longest are drawn, in order of time") {
  std::vector<model::Timeline> timelines = {timeline("app", 64)};  // "parse" takes 1.5 s
  for (int i = 0; i < 13; ++i) {
    timelines[0].stretches.push_back({std::to_string(i), {0, 0}, {i == 12 ? 2 : 0.5, 1}, false, true});
  }
  const Chart chart = timeline_view(timelines, "");
  REQUIRE(chart.brackets.size() == 12);
  CHECK(chart.brackets.front().name == "parse");
  CHECK(chart.brackets[1].name == "0");
  CHECK(chart.brackets[10].name == "9");
  CHECK(chart.brackets.back().name == "12");
}

model::SweepModel sweep() {
  model::SweepModel result;
  result.command = {"./app", "{n}"};
  result.n = {10, 100, 1000};
  model::SweepSubject line;
  line.kind = model::SubjectKind::kLine;
  line.name = "grow(n);";
  line.file = "/src/app.c";
  line.line = 7;
  line.values = {100, 10000, 1000000};
  model::SweepSubject time;
  time.kind = model::SubjectKind::kTime;
  time.name = "time";
  time.values = {1, 1, std::nullopt};
  result.subjects = {time, line};
  model::finish_sweep(result);
  return result;
}

TEST_CASE("a sweep as a table: a row a subject, lines first") {
  const Table table = sweep_view(sweep(), 0);
  REQUIRE(table.rows.size() == 2);
  std::vector<std::string> cells;
  for (const Cell& cell : table.rows[0].cells) cells.push_back(text_of(cell));
  CHECK(cells ==
        std::vector<std::string>{"O(n^2)", "2.00 (2.00..2.00)", "100B", "10000B", "1000000B", "app.c:7  grow(n);"});
  CHECK(table.rows[0].role == RowRole::kHot);
  CHECK(text_of(table.rows[1].cells[4]) == ".");
  CHECK(sweep_data_view(sweep()).rows.size() == 6);
}

TEST_CASE("a sweep as a chart: axes that span more than a decade are logarithmic") {
  const Chart memory = sweep_chart(sweep(), SweepChart::kMemory, "");
  CHECK(memory.x.scale == AxisScale::kLogarithmic);
  CHECK(memory.y.scale == AxisScale::kLogarithmic);
  CHECK(memory.y.low == 100);
  REQUIRE(memory.series.size() == 2);
  CHECK(memory.series[0].points.size() == 3);
  CHECK(memory.series[1].style == LineStyle::kDashed);
  const Chart time = sweep_chart(sweep(), SweepChart::kTime, "");
  CHECK(time.y.scale == AxisScale::kLinear);
  CHECK(time.y.low == 0);
  CHECK(time.series[0].points.size() == 2);
}

}  // namespace
}  // namespace memline::views
