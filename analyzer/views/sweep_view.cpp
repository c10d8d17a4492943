#include "views/sweep_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/counted.h"
#include "views/short_paths.h"

namespace memline::views {
namespace {

using model::SubjectKind;
using model::SweepModel;
using model::SweepSubject;

constexpr double kDecade = 10;
/// More lines are no picture any more.
constexpr std::size_t kMostLinesDrawn = 6;

std::string number_text(double n) {
  char text[32];
  std::snprintf(text, sizeof text, n < 1e15 && n == std::floor(n) ? "%.0f" : "%g", n);
  return text;
}

std::string command_text(const SweepModel& sweep) {
  return fmt::format("{}", fmt::join(sweep.command, " "));
}

ShortPaths short_paths(const SweepModel& sweep) {
  std::vector<std::string> files;
  for (const SweepSubject& subject : sweep.subjects) files.push_back(subject.file);
  return ShortPaths(files);
}

std::string label_of(const SweepSubject& subject, const ShortPaths& short_path) {
  if (subject.kind != SubjectKind::kLine) return subject.name;
  if (subject.line == 0) return subject.file.empty() ? subject.name : short_path(subject.file) + "!" + subject.name;
  return short_path(subject.file) + ":" + std::to_string(subject.line) + "  " + subject.name;
}

Cell value_cell(const SweepSubject& subject, const std::optional<double>& value) {
  if (!value) return Cell::empty();
  return subject.kind == SubjectKind::kTime ? Cell::seconds(*value)
                                            : Cell::bytes(static_cast<std::int64_t>(std::llround(*value)));
}

std::string exponent_text(const model::GrowthFit& growth) {
  if (!growth.exponent) return {};
  // "-0.00" says less than "0.00"
  const auto shown = [](double value) { return std::abs(value) < 0.005 ? 0.0 : value; };
  const model::Exponent& exponent = *growth.exponent;
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", shown(exponent.value));
  if (!exponent.low) return text;
  char interval[64];
  std::snprintf(interval, sizeof interval, " (%.2f..%.2f)", shown(*exponent.low), shown(*exponent.high));
  return std::string(text) + interval;
}

const char* kind_name(SubjectKind kind) {
  static constexpr const char* kNames[] = {"line", "function", "process", "rss", "time"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_drawn(const SweepSubject& subject, SweepChart what) {
  return (subject.kind == SubjectKind::kTime) == (what == SweepChart::kTime) && subject.kind != SubjectKind::kRss;
}

/// Spread over more than a decade: equal factors at equal distances.
ChartAxis make_axis(std::string title, Quantity quantity, double low, double high) {
  const bool logarithmic = low > 0 && high / low > kDecade;
  return {std::move(title), quantity, logarithmic ? AxisScale::kLogarithmic : AxisScale::kLinear,
          logarithmic                    ? low
          : quantity == Quantity::kCount ? low
                                         : 0,
          high};
}

ChartSeries law_series(const SweepSubject& subject, const std::vector<double>& n, ColourNumber colour) {
  constexpr int kSteps = 48;
  ChartSeries series;
  series.style = LineStyle::kDashed;
  series.colour = colour;
  for (int i = 0; i <= kSteps; ++i) {
    const double at = n.front() * std::pow(n.back() / n.front(), static_cast<double>(i) / kSteps);
    if (const auto value = subject.growth.at(at)) series.points.push_back({at, *value});
  }
  return series;
}

}  // namespace

Table sweep_view(const SweepModel& sweep, std::size_t most_lines) {
  Table table;
  table.heading.push_back("Command: " + command_text(sweep));
  table.columns = {{"growth", "Growth", Align::kLeft, Shrink::kNever},
                   {"exponent", "Exponent (95 %)", Align::kLeft, Shrink::kNever}};
  for (const double n : sweep.n) table.columns.push_back({"n", "n = " + number_text(n), Align::kRight, Shrink::kNever});
  table.columns.push_back({"what", "What", Align::kLeft, Shrink::kCutEnd});
  const ShortPaths short_path = short_paths(sweep);
  std::size_t lines = 0;
  for (const SweepSubject& subject : sweep.subjects) {
    const bool is_line = subject.kind == SubjectKind::kLine;
    if (is_line && ++lines > most_lines && most_lines != 0) continue;
    Row row;
    row.cells = {Cell::of_text(model::growth_name(subject.growth)), Cell::of_text(exponent_text(subject.growth))};
    for (const std::optional<double>& value : subject.values) row.cells.push_back(value_cell(subject, value));
    row.cells.push_back(Cell::of_text(label_of(subject, short_path)));
    row.role = is_line && lines == 1 ? RowRole::kHot : is_line ? RowRole::kNormal : RowRole::kTotal;
    table.rows.push_back(std::move(row));
  }
  if (most_lines != 0 && lines > most_lines) {
    table.notes.push_back(counted(lines - most_lines, "more line", "more lines") + ", which grow no faster.");
  }
  table.notes.insert(table.notes.end(), sweep.notes.begin(), sweep.notes.end());
  return table;
}

Table sweep_data_view(const SweepModel& sweep) {
  Table table;
  for (const char* const key : {"kind", "name", "file", "line", "n", "bytes", "seconds", "growth", "exponent",
                                "exponent_low", "exponent_high"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  const auto real = [](const std::optional<double>& value) { return value ? Cell::seconds(*value) : Cell::empty(); };
  for (const SweepSubject& subject : sweep.subjects) {
    for (std::size_t i = 0; i < sweep.n.size(); ++i) {
      const bool is_time = subject.kind == SubjectKind::kTime;
      const Cell value = value_cell(subject, subject.values[i]);
      const std::optional<model::Exponent>& exponent = subject.growth.exponent;
      table.rows.push_back(
          {{Cell::of_text(kind_name(subject.kind)), Cell::of_text(subject.name), Cell::of_text(subject.file),
            subject.line == 0 ? Cell::empty() : Cell::count(subject.line), Cell::of_text(number_text(sweep.n[i])),
            is_time ? Cell::empty() : value, is_time ? value : Cell::empty(),
            Cell::of_text(model::growth_name(subject.growth)),
            real(exponent ? std::optional(exponent->value) : std::nullopt),
            real(exponent ? exponent->low : std::nullopt), real(exponent ? exponent->high : std::nullopt)},
           RowRole::kNormal});
    }
  }
  return table;
}

Chart sweep_chart(const SweepModel& sweep, SweepChart what, const std::string& title) {
  Chart chart;
  chart.title = title.empty() ? command_text(sweep) : title;
  if (!title.empty()) chart.subtitle.push_back(command_text(sweep));
  const ShortPaths short_path = short_paths(sweep);
  double low = std::numeric_limits<double>::max(), high = 0;
  std::size_t lines = 0;
  ColourNumber colour = 0;
  for (const SweepSubject& subject : sweep.subjects) {
    if (!is_drawn(subject, what)) continue;
    if (subject.kind == SubjectKind::kLine && ++lines > kMostLinesDrawn) continue;
    ChartSeries series;
    const std::string growth = model::growth_name(subject.growth);
    series.name = (growth.empty() ? "" : growth + "  ") + label_of(subject, short_path);
    // the law stands beside them, as a line
    series.style = growth.empty() ? LineStyle::kDots : LineStyle::kPoints;
    series.colour = colour;
    for (std::size_t i = 0; i < sweep.n.size(); ++i) {
      if (!subject.values[i]) continue;
      series.points.push_back({sweep.n[i], *subject.values[i]});
      if (*subject.values[i] > 0) low = std::min(low, *subject.values[i]);
      high = std::max(high, *subject.values[i]);
    }
    chart.series.push_back(std::move(series));
    if (ChartSeries law = law_series(subject, sweep.n, colour); !law.points.empty())
      chart.series.push_back(std::move(law));
    ++colour;
  }
  chart.x = make_axis("n", Quantity::kCount, sweep.n.front(), sweep.n.back());
  chart.y = what == SweepChart::kTime ? make_axis("time", Quantity::kSeconds, low, high)
                                      : make_axis("peak", Quantity::kBytes, low, high);
  return chart;
}

}  // namespace memline::views
