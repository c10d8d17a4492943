#include "render/chart/chart_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "render/chart/axis_ticks.h"
#include "render/chart/braille_canvas.h"
#include "render/chart/curve_pixels.h"
#include "render/colour.h"
#include "render/printable.h"
#include "render/text_width.h"

namespace memline::render {
namespace {

constexpr std::size_t kLeastColumns = 40, kLeastRows = 12, kMostRows = 24;
constexpr double kTextHeadroom = 0.15;

/// Of the eight colours that every terminal has, those that are seen on light and on dark ground.
constexpr std::array<std::string_view, 6> kSeriesColours = {"\x1b[34m", "\x1b[33m", "\x1b[32m",
                                                            "\x1b[35m", "\x1b[36m", "\x1b[90m"};
constexpr std::array<std::string_view, 10> kSigns = {"", "o", "x", "+", "*", "#", "@", "%", "&", "="};

std::string pad_left(const std::string& text, std::size_t columns) {
  const std::size_t width = text_width(text);
  return std::string(columns > width ? columns - width : 0, ' ') + text;
}

class TextChart {
 public:
  TextChart(const views::Chart& chart, const TextChartStyle& style)
      : chart_(chart),
        colour_(style.colour),
        x_(drawable(chart.x, chart.x.scale == views::AxisScale::kLogarithmic ? 0.03 : 0)),
        y_(drawable(chart.y, kTextHeadroom)),
        width_(std::max(style.width_columns, kLeastColumns)),
        rows_(std::clamp(width_ / 4, kLeastRows, kMostRows)),
        y_ticks_(make_ticks(y_, rows_ / 3)),
        labels_(widest_label()),
        canvas_(width_ - labels_ - 3, rows_) {}

  std::string build() {
    if (!chart_.title.empty()) add_line(in(kTitleColour, cut_middle(printable(chart_.title), width_)));
    for (const std::string& line : chart_.subtitle) add_line(cut_middle(printable(line), width_));
    if (!chart_.y.title.empty()) add_line(cut_middle(printable(chart_.y.title), width_));
    if (!out_.empty()) add_line({});
    // the leading series lies above the others
    for (std::size_t i = chart_.series.size(); i-- > 0;) draw(chart_.series[i], i);
    for (const views::ChartMark& mark : chart_.marks) draw(mark);
    add_plot();
    add_x_axis();
    for (const views::BracketGroup& group : chart_.brackets) add_lane(group);
    add_legend();
    for (const std::string& note : chart_.notes) add_line(in(kNoteColour, printable(note)));
    return std::move(out_);
  }

 private:
  std::string in(std::string_view colour, const std::string& text) const {
    return colour_ && !text.empty() ? std::string(colour).append(text).append(kPlain) : text;
  }
  std::string_view colour_of(std::size_t number) const {
    return colour_ ? kSeriesColours[number % kSeriesColours.size()] : std::string_view();
  }
  std::string_view sign_of(std::size_t index) const { return colour_ ? "" : kSigns[index % kSigns.size()]; }

  std::string_view point_sign(std::size_t index) const { return index == 0 ? "o" : sign_of(index); }

  std::size_t widest_label() const {
    std::size_t widest = 6;
    for (const Tick& tick : y_ticks_) widest = std::max(widest, text_width(tick.label));
    return widest;
  }
  void add_line(std::string line) {
    while (line.ends_with(' ')) line.pop_back();
    out_ += line + '\n';
  }

  double dot_x(double x) const {
    const auto dots = static_cast<double>(canvas_.columns() * BrailleCanvas::kDotColumns);
    return std::min(position_on(x_, x) * dots, dots - 1);
  }
  double dot_y(double y) const {
    const auto dots = static_cast<double>(rows_ * BrailleCanvas::kDotRows);
    return std::min((1 - position_on(y_, y)) * dots, dots - 1);
  }
  std::size_t column_of(double x) const {
    return static_cast<std::size_t>(std::max(0.0, dot_x(x))) / BrailleCanvas::kDotColumns;
  }

  void draw(const views::ChartSeries& series, std::size_t index) {
    std::vector<Pixel> dots;
    for (const views::ChartPoint& point : series.points) dots.push_back({dot_x(point.x), dot_y(point.y)});
    dots = reduce_to_columns(dots);
    if (series.style == views::LineStyle::kSteps) dots = as_steps(dots);
    if (series.style != views::LineStyle::kPoints) {
      canvas_.line(dots, colour_of(series.colour), sign_of(index));
      return;
    }
    for (const Pixel& dot : dots) canvas_.line({&dot, 1}, colour_of(series.colour), point_sign(index));
  }

  void draw(const views::ChartMark& mark) {
    const std::size_t column = column_of(mark.at.x);
    const std::size_t row = static_cast<std::size_t>(std::max(0.0, dot_y(mark.at.y))) / BrailleCanvas::kDotRows;
    const std::string_view colour = colour_ ? kHotColour : std::string_view();
    canvas_.text(column, row, "\u25b2", mark.cross ? colour : colour_of(mark.colour));
    if (mark.label.empty()) return;
    const std::string text = printable(mark.label) + ' ' + format_quantity(y_.quantity, mark.at.y) + " at " +
                             format_quantity(x_.quantity, mark.at.x);
    const std::size_t width = text_width(text);
    const bool to_the_left = column + 2 + width > canvas_.columns() && column >= width;
    const std::size_t first =
        to_the_left ? column - width : std::min(column + 1, canvas_.columns() - std::min(width, canvas_.columns()));
    const std::size_t text_row = row > 0 ? row - 1 : row;
    canvas_.text(first, text_row, text, colour);
  }

  void add_plot() {
    std::vector<std::string> labels(rows_);
    for (const Tick& tick : y_ticks_) {
      labels[static_cast<std::size_t>(std::max(0.0, dot_y(tick.value))) / BrailleCanvas::kDotRows] = tick.label;
    }
    for (std::size_t row = 0; row < rows_; ++row) {
      add_line(pad_left(labels[row], labels_) + (labels[row].empty() ? " \u2502" : " \u2524") + canvas_.row(row));
    }
  }

  void add_x_axis() {
    std::vector<Tick> ticks;
    for (std::size_t most = canvas_.columns() / 8; most > 0; --most) {
      ticks = make_ticks(x_, most);
      std::size_t widest = 0;
      for (const Tick& tick : ticks) widest = std::max(widest, text_width(tick.label));
      const std::size_t between =
          ticks.size() < 2 ? canvas_.columns() : column_of(ticks[1].value) - column_of(ticks[0].value);
      if (widest + 2 <= between) break;
    }
    BrailleCanvas axis(canvas_.columns() + 1, 2);
    for (std::size_t column = 0; column < canvas_.columns(); ++column) axis.text(column, 0, "\u2500", {});
    for (const Tick& tick : ticks) {
      const std::size_t column = column_of(tick.value), width = text_width(tick.label);
      axis.text(column, 0, "\u252c", {});
      const std::size_t centred = column > width / 2 ? column - width / 2 : 0;
      axis.text(std::min(centred, axis.columns() - std::min(width, axis.columns())), 1, tick.label, {});
    }
    const std::string indent(labels_ + 1, ' ');
    add_line(indent + "\u2514" + axis.row(0));
    add_line(indent + ' ' + axis.row(1));
  }

  void add_lane(const views::BracketGroup& group) {
    BrailleCanvas lane(canvas_.columns(), 1);
    for (const views::ChartBracket& bracket : group.brackets) {
      if (bracket.end.x < x_.low || bracket.begin.x > x_.high) continue;
      const std::size_t first = column_of(bracket.begin.x), last = column_of(bracket.end.x);
      for (std::size_t column = first; column < last; ++column) {
        lane.text(column, 0, column == first && bracket.begin.x >= x_.low ? "[" : "\u2500", colour_of(group.colour));
      }
      lane.text(last, 0, first == last ? "|" : bracket.end.x <= x_.high ? "]" : "\u2500", colour_of(group.colour));
    }
    add_line(pad_left(cut_middle(printable(group.name), labels_), labels_) + "  " + lane.row(0));
  }

  void add_legend() {
    add_line({});
    const auto with_value = [](const std::string& name, const std::optional<views::ChartValue>& value) {
      return value ? name + "  " + format_value(*value) : name;
    };
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      const views::ChartSeries& series = chart_.series[i];
      if (series.name.empty()) continue;
      const bool points = series.style == views::LineStyle::kPoints;
      const std::string sign(points ? point_sign(i) : sign_of(i));
      const std::string line = points         ? ' ' + (sign.empty() ? "\u2802" : sign) + ' '
                               : sign.empty() ? "\u2812\u2812\u2812"
                                              : sign + sign + sign;
      add_line(in(colour_of(series.colour), line) + ' ' +
               cut_middle(with_value(printable(series.name), series.value), width_ - 4));
    }
    for (const views::BracketGroup& group : chart_.brackets) {
      add_line(in(colour_of(group.colour), "[ ]") + ' ' +
               cut_middle(with_value(printable(group.name), group.value), width_ - 4));
    }
  }

  const views::Chart& chart_;
  const bool colour_;
  const views::ChartAxis x_, y_;
  const std::size_t width_, rows_;
  const std::vector<Tick> y_ticks_;
  const std::size_t labels_;  ///< columns that the labels of the y axis take
  BrailleCanvas canvas_;
  std::string out_;
};

}  // namespace

std::string render_chart_text(const views::Chart& chart, const TextChartStyle& style) {
  return TextChart(chart, style).build();
}

}  // namespace memline::render
