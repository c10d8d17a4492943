#include "render/chart/chart_layout.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "render/chart/axis_ticks.h"
#include "render/chart/curve_pixels.h"
#include "render/chart/label_width.h"
#include "render/chart/legend.h"
#include "render/printable.h"

namespace memline::render {
namespace {

using views::ChartPoint;

constexpr double kMargin = 16, kPlotHeight = 340;
constexpr double kTitleSize = 16, kTextSize = 12, kLine = 18;
constexpr double kHeadroom = 0.12;  ///< above the curves, for the label of the peak
constexpr double kBracketHeight = 16, kBracketHook = 5, kBracketOverhang = 5;

class ChartLayout {
 public:
  ChartLayout(const views::Chart& chart, const Theme& theme, double width)
      : chart_(chart),
        theme_(theme),
        x_(drawable(chart.x, chart.x.scale == views::AxisScale::kLogarithmic ? 0.03 : 0)),
        y_(drawable(chart.y, kHeadroom)) {
    drawing_.width = width;
    drawing_.title = printable(chart.title);
    drawing_.background = theme.background;
  }

  Drawing build() {
    add_titles();
    place_plot();
    add_axes();
    for (const views::ChartSeries& series : chart_.series) add_area(series);
    for (const views::ChartSeries& series : chart_.series) add_line(series);
    for (std::size_t i = 0; i < chart_.brackets.size(); ++i) add_brackets(chart_.brackets[i], i);
    for (const views::ChartMark& mark : chart_.marks) add_mark(mark);
    add_bottom();
    return std::move(drawing_);
  }

 private:
  void add_text(double x, double y, std::string text, Colour colour, double size = kTextSize,
                Anchor anchor = Anchor::kStart, bool bold = false) {
    drawing_.shapes.emplace_back(Label{{x, y}, std::move(text), colour, size, anchor, bold});
  }
  void add_segment(const Pixel& from, const Pixel& to, const Stroke& stroke) {
    drawing_.shapes.emplace_back(Polyline{{from, to}, stroke});
  }

  void add_titles() {
    top_ = kMargin;
    const double room = drawing_.width - 2 * kMargin;
    if (!chart_.title.empty()) {
      top_ += kTitleSize;
      add_text(kMargin, top_, fit_label(printable(chart_.title), kTitleSize * 1.08, room), theme_.text, kTitleSize,
               Anchor::kStart, true);
      top_ += 6;
    }
    for (const std::string& line : chart_.subtitle) {
      top_ += kLine - 4;
      add_text(kMargin, top_, fit_label(printable(line), kTextSize, room), theme_.quiet_text);
      top_ += 4;
    }
    if (!chart_.y.title.empty()) {
      top_ += kLine;
      add_text(kMargin, top_, fit_label(printable(chart_.y.title), kTextSize, room), theme_.quiet_text);
    }
    top_ += 12;
  }

  void place_plot() {
    y_ticks_ = make_ticks(y_, 7);
    double widest = 0;
    for (const Tick& tick : y_ticks_) widest = std::max(widest, label_width(tick.label, kTextSize));
    left_ = kMargin + widest + 8;
    right_ = drawing_.width - kMargin - 12;
    bottom_ = top_ + kPlotHeight;
    // as many as their labels leave room for
    for (std::size_t most = 12; most > 0; --most) {
      x_ticks_ = make_ticks(x_, most);
      double label = 0;
      for (const Tick& tick : x_ticks_) label = std::max(label, label_width(tick.label, kTextSize));
      const double between =
          x_ticks_.size() < 2 ? right_ - left_ : pixel_x(x_ticks_[1].value) - pixel_x(x_ticks_[0].value);
      if (label + 12 <= between) break;
    }
  }

  double pixel_x(double x) const { return left_ + position_on(x_, x) * (right_ - left_); }
  double pixel_y(double y) const { return bottom_ - position_on(y_, y) * (bottom_ - top_); }
  Pixel pixel(const ChartPoint& point) const { return {pixel_x(point.x), pixel_y(point.y)}; }

  void add_axes() {
    for (const Tick& tick : y_ticks_) {
      const double y = pixel_y(tick.value);
      add_segment({left_, y}, {right_, y}, {theme_.grid, 1, false});
      add_text(left_ - 8, y + 4, tick.label, theme_.quiet_text, kTextSize, Anchor::kEnd);
    }
    for (const Tick& tick : x_ticks_) {
      const double x = pixel_x(tick.value);
      add_segment({x, top_}, {x, bottom_}, {theme_.grid, 1, false});
      add_segment({x, bottom_}, {x, bottom_ + 5}, {theme_.frame, 1, false});
      const double half = label_width(tick.label, kTextSize) / 2;
      const bool at_edge = x + half > drawing_.width - 4;
      add_text(at_edge ? drawing_.width - 4 : x, bottom_ + 19, tick.label, theme_.quiet_text, kTextSize,
               at_edge ? Anchor::kEnd : Anchor::kMiddle);
    }
    drawing_.shapes.emplace_back(
        Polyline{{{left_, top_}, {left_, bottom_}, {right_, bottom_}}, {theme_.frame, 1, false}});
  }

  std::vector<Pixel> line_of(const views::ChartSeries& series) const {
    std::vector<Pixel> points;
    for (const ChartPoint& point : series.style == views::LineStyle::kDashed ? clipped(series.points) : series.points) {
      points.push_back(pixel(point));
    }
    points = reduce_to_columns(points);
    return series.style == views::LineStyle::kSteps ? as_steps(points) : points;
  }

  /// A straight line may leave the chart: the part of it that does not.
  std::vector<ChartPoint> clipped(const std::vector<ChartPoint>& line) const {
    if (line.size() != 2 || x_.scale != views::AxisScale::kLinear) return line;
    double from = 0, to = 1;
    const double rise = line[1].y - line[0].y;
    for (const double bound : {y_.low, y_.high}) {
      if (rise == 0) continue;
      const double at = (bound - line[0].y) / rise;
      const bool enters = (bound == y_.low) == (rise > 0);
      if (enters) from = std::max(from, at);
      if (!enters) to = std::min(to, at);
    }
    if (from >= to) return {};
    const auto point = [&](double at) {
      return ChartPoint{line[0].x + at * (line[1].x - line[0].x), line[0].y + at * rise};
    };
    return {point(from), point(to)};
  }

  void add_area(const views::ChartSeries& series) {
    if (!series.filled || series.points.size() < 2) return;
    std::vector<Pixel> outline = line_of(series);
    outline.push_back({outline.back().x, bottom_});
    outline.push_back({outline.front().x, bottom_});
    drawing_.shapes.emplace_back(Area{std::move(outline), theme_.of(series.colour), 0.16});
  }

  void add_line(const views::ChartSeries& series) {
    const Colour colour = theme_.of(series.colour);
    std::vector<Pixel> line = line_of(series);
    const bool points_alone = series.style == views::LineStyle::kPoints;
    if (series.style == views::LineStyle::kDots || points_alone || line.size() == 1) {
      for (const Pixel& point : line) drawing_.shapes.emplace_back(Dot{point, 3.5, colour});
    }
    if (line.size() < 2 || points_alone) return;
    const bool dashed = series.style == views::LineStyle::kDashed;
    drawing_.shapes.emplace_back(Polyline{std::move(line), {colour, dashed ? 1.5 : 1.8, dashed}});
  }

  /// Groups differ in height, so that those which begin together can be told apart.
  void add_brackets(const views::BracketGroup& group, std::size_t index) {
    const double half = kBracketHeight / 2 + 3 * static_cast<double>(index % 4);
    const auto add = [&](const ChartPoint& at, double hook) {
      if (at.x < x_.low || at.x > x_.high) return;
      Pixel centre = pixel(at);
      centre.y = std::min(centre.y, bottom_ + kBracketOverhang - half);  // the axis has its labels below
      drawing_.shapes.emplace_back(Polyline{{{centre.x + hook, centre.y - half},
                                             {centre.x, centre.y - half},
                                             {centre.x, centre.y + half},
                                             {centre.x + hook, centre.y + half}},
                                            {theme_.of(group.colour), 2, false}});
    };
    for (const views::ChartBracket& bracket : group.brackets) {
      add(bracket.begin, kBracketHook);
      add(bracket.end, -kBracketHook);
    }
  }

  void add_mark(const views::ChartMark& mark) {
    const Pixel at = pixel(mark.at);
    if (mark.cross) {
      const Stroke stroke{theme_.mark, 1, true};
      add_segment({left_, at.y}, {right_, at.y}, stroke);
      add_segment({at.x, top_}, {at.x, bottom_}, stroke);
    }
    drawing_.shapes.emplace_back(Dot{at, 3.5, mark.cross ? theme_.mark : theme_.of(mark.colour)});
    if (mark.label.empty()) return;
    const std::string text = printable(mark.label) + ' ' + format_quantity(y_.quantity, mark.at.y) + " at " +
                             format_quantity(x_.quantity, mark.at.x);
    const double width = label_width(text, kTextSize);
    const bool to_the_left = at.x + 10 + width > right_;
    const double baseline = at.y - 8;
    const double left = to_the_left ? at.x - 8 - width : at.x + 6;
    drawing_.shapes.emplace_back(Area{{{left, baseline - kTextSize},
                                       {left + width + 2, baseline - kTextSize},
                                       {left + width + 2, baseline + 4},
                                       {left, baseline + 4}},
                                      theme_.background,
                                      0.8});
    add_text(to_the_left ? at.x - 8 : at.x + 8, baseline, text, theme_.mark, kTextSize,
             to_the_left ? Anchor::kEnd : Anchor::kStart);
  }

  void add_bottom() {
    double y = bottom_ + 40;
    if (!chart_.x.title.empty()) {
      add_text((left_ + right_) / 2, y, printable(chart_.x.title), theme_.quiet_text, kTextSize, Anchor::kMiddle);
      y += 12;
    }
    PlacedLegend legend = place_legend(legend_entries(chart_), left_, right_, y, theme_);
    for (Shape& shape : legend.shapes) drawing_.shapes.push_back(std::move(shape));
    y += legend.height + 4;
    for (const std::string& note : chart_.notes) {
      for (const std::string& line : wrap_label(printable(note), kTextSize, right_ - left_)) {
        y += kLine;
        add_text(left_, y - 4, line, theme_.quiet_text);
      }
    }
    drawing_.height = std::ceil(y + kMargin / 2);
  }

  const views::Chart& chart_;
  const Theme& theme_;
  const views::ChartAxis x_, y_;
  Drawing drawing_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;  ///< of the plot
  std::vector<Tick> x_ticks_, y_ticks_;
};

}  // namespace

Drawing lay_out(const views::Chart& chart, const Theme& theme, double width) {
  return ChartLayout(chart, theme, width).build();
}

}  // namespace memline::render
