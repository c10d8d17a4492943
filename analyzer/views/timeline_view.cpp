#include "views/timeline_view.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/counted.h"
#include "views/common_parts.h"

namespace memline::views {
namespace {

/// Names in the legend, those that took longest; more of them take more room than the curves.
constexpr std::size_t kMostBracketGroups = 12;
/// So few points are shown as what they are: what lies between them is a guess.
constexpr std::size_t kMostDots = 60;

std::vector<ChartPoint> chart_points(const std::vector<model::TimePoint>& points) {
  std::vector<ChartPoint> result;
  result.reserve(points.size());
  for (const model::TimePoint& point : points) result.push_back({point.seconds, point.bytes});
  return result;
}

class TimelineChart {
 public:
  TimelineChart(std::span<const model::Timeline> timelines, const std::string& title)
      : timelines_(timelines), title_(title) {}

  Chart build() {
    add_titles();
    for (const model::Timeline& timeline : timelines_) {
      for (const model::Curve& curve : timeline.curves) add_curve(timeline, curve);
      add_notes(timeline);
    }
    add_marks();
    add_brackets();
    set_axes();
    return std::move(chart_);
  }

 private:
  bool several() const { return timelines_.size() > 1; }

  void add_titles() {
    const model::Timeline& first = timelines_.front();
    chart_.title = !title_.empty() ? title_ : several() ? "Memory over time" : first.program;
    if (!title_.empty() && !several() && !first.program.empty()) chart_.subtitle.push_back(first.program);
  }

  void add_curve(const model::Timeline& timeline, const model::Curve& curve) {
    ChartSeries series;
    series.name = !several()                    ? curve.name
                  : timeline.curves.size() == 1 ? timeline.label
                                                : timeline.label + ": " + curve.name;
    if (curve.peak) series.value = {"peak ", Quantity::kBytes, curve.peak->bytes, ""};
    const bool seldom = curve.kind == model::CurveKind::kResident && curve.points.size() <= kMostDots;
    series.style = curve.steps                          ? LineStyle::kSteps
                   : seldom || curve.points.size() == 1 ? LineStyle::kPoints
                                                        : LineStyle::kStraight;
    series.colour = next_colour_++;
    series.filled = curve.kind == model::CurveKind::kHeap && !several();
    series.points = chart_points(curve.points);
    const ColourNumber colour = series.colour;
    chart_.series.push_back(std::move(series));
    if (&curve == &timeline.curves.front()) leading_colours_[&timeline] = colour;
    if (curve.fit) add_fit(timeline, *curve.fit, colour);
  }

  void add_fit(const model::Timeline& timeline, const model::LineFit& fit, ColourNumber colour) {
    ChartSeries line;
    line.name = several() ? timeline.label + ": slope" : "slope";
    line.value = {"", Quantity::kBytes, fit.per_second, "/s"};
    line.style = LineStyle::kDashed;
    line.colour = colour;
    for (const double x : {timeline.from, timeline.to}) line.points.push_back({x, fit.at_start + fit.per_second * x});
    chart_.series.push_back(std::move(line));
  }

  void add_notes(const model::Timeline& timeline) {
    std::vector<std::string> notes =
        timeline.common ? loss_and_other_notes(*timeline.common) : std::vector<std::string>();
    notes.insert(notes.end(), timeline.notes.begin(), timeline.notes.end());
    for (std::string& note : notes) {
      if (several()) note.insert(0, timeline.label + ": ");
      if (std::find(chart_.notes.begin(), chart_.notes.end(), note) == chart_.notes.end())
        chart_.notes.push_back(std::move(note));
    }
  }

  void add_marks() {
    std::size_t highest = 0;
    for (const model::Timeline& timeline : timelines_) {
      if (timeline.curves.empty() || !timeline.curves.front().peak) continue;
      const model::TimePoint peak = *timeline.curves.front().peak;
      chart_.marks.push_back({{peak.seconds, peak.bytes}, "peak", leading_colours_[&timeline], false});
      if (peak.bytes > chart_.marks[highest].at.y) highest = chart_.marks.size() - 1;
    }
    for (std::size_t i = 0; i < chart_.marks.size(); ++i) {
      chart_.marks[i].cross = i == highest;
      if (i != highest) chart_.marks[i].label.clear();
    }
  }

  void add_brackets() {
    std::map<std::string, std::size_t> group_of;
    for (const model::Timeline& timeline : timelines_) {
      std::set<std::string_view> spans;
      for (const model::Stretch& stretch : timeline.stretches) {
        if (!stretch.is_call) spans.insert(stretch.name);
      }
      for (const model::Stretch& stretch : timeline.stretches) {
        std::string name = several() ? timeline.label + ": " + stretch.name : stretch.name;
        if (stretch.is_call && spans.contains(stretch.name)) name += "()";
        const auto [found, is_new] = group_of.try_emplace(name, chart_.brackets.size());
        if (is_new) {
          const ColourNumber colour = several() ? leading_colours_[&timeline] : next_colour_++;
          chart_.brackets.push_back({name, ChartValue{"", Quantity::kSeconds, 0, ""}, colour, {}});
        }
        BracketGroup& group = chart_.brackets[found->second];
        group.brackets.push_back(
            {{stretch.begin.seconds, stretch.begin.bytes}, {stretch.end.seconds, stretch.end.bytes}});
        group.value->number += stretch.end.seconds - stretch.begin.seconds;
      }
    }
    for (BracketGroup& group : chart_.brackets) {
      const std::size_t count = group.brackets.size();
      if (group.value->number > 0) {
        if (count > 1) group.value->after = " in " + std::to_string(count);
      } else {
        // Calls of one event each, or of events that share a stamp (see preload/clock.h): how long they take is not known.
        group.value = {"", Quantity::kCount, static_cast<double>(count), count == 1 ? " time" : " times"};
      }
    }
    keep_longest_brackets();
  }

  void keep_longest_brackets() {
    if (chart_.brackets.size() <= kMostBracketGroups) return;
    chart_.notes.push_back(counted(chart_.brackets.size() - kMostBracketGroups, "more name", "more names") +
                           " of spans and calls, of less time, not shown.");
    const auto seconds = [](const BracketGroup& group) {
      return group.value->quantity == Quantity::kSeconds ? group.value->number : 0;
    };
    std::vector<double> longest;
    for (const BracketGroup& group : chart_.brackets) longest.push_back(seconds(group));
    std::sort(longest.begin(), longest.end(), std::greater<>());
    const double least = longest[kMostBracketGroups - 1];
    std::ptrdiff_t as_long = static_cast<std::ptrdiff_t>(kMostBracketGroups) -
                             std::count_if(longest.begin(), longest.end(), [least](double one) { return one > least; });
    std::erase_if(chart_.brackets, [&](const BracketGroup& group) {
      return seconds(group) < least || (seconds(group) == least && as_long-- <= 0);
    });
  }

  void set_axes() {
    chart_.x = {"time since the start", Quantity::kSeconds, AxisScale::kLinear, timelines_.front().from,
                timelines_.front().to};
    chart_.y = {"", Quantity::kBytes, AxisScale::kLinear, 0, 0};
    for (const model::Timeline& timeline : timelines_) {
      chart_.x.low = std::min(chart_.x.low, timeline.from);
      chart_.x.high = std::max(chart_.x.high, timeline.to);
    }
    for (const ChartSeries& series : chart_.series) {
      if (series.style == LineStyle::kDashed) continue;
      for (const ChartPoint& point : series.points) chart_.y.high = std::max(chart_.y.high, point.y);
    }
  }

  std::span<const model::Timeline> timelines_;
  const std::string& title_;
  Chart chart_;
  ColourNumber next_colour_ = 0;
  std::map<const model::Timeline*, ColourNumber> leading_colours_;
};

}  // namespace

Chart timeline_view(std::span<const model::Timeline> timelines, const std::string& title) {
  return TimelineChart(timelines, title).build();
}

Table timeline_data_view(std::span<const model::Timeline> timelines) {
  Table table;
  table.columns = {{"recording", "", Align::kLeft, Shrink::kNever},
                   {"curve", "", Align::kLeft, Shrink::kNever},
                   {"seconds", "", Align::kRight, Shrink::kNever},
                   {"bytes", "", Align::kRight, Shrink::kNever}};
  for (const model::Timeline& timeline : timelines) {
    for (const model::Curve& curve : timeline.curves) {
      for (const model::TimePoint& point : curve.points) {
        table.rows.push_back({{Cell::of_text(timeline.label), Cell::of_text(curve.name), Cell::seconds(point.seconds),
                               Cell::bytes(static_cast<std::int64_t>(point.bytes))},
                              RowRole::kNormal});
      }
    }
  }
  return table;
}

}  // namespace memline::views
