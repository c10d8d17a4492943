#include "model/sweep/sweep_measure.h"

#include <algorithm>

#include "model/path_pattern.h"
#include "model/report_builder.h"
#include "model/top_builder.h"

namespace memline::model {
namespace {

Measured line_of(const std::string& name, const std::string& file, std::uint32_t line, std::int64_t bytes) {
  SweepSubject subject;
  subject.kind = SubjectKind::kLine;
  subject.name = name;
  subject.file = file;
  subject.line = line;
  return {std::move(subject), static_cast<double>(bytes)};
}

std::string text_of(const std::optional<std::string>& source, const std::string& function) {
  if (!source) return function;
  const std::size_t begin = source->find_first_not_of(" \t");
  return begin == std::string::npos ? function : source->substr(begin);
}

std::optional<std::string> source_text(const FunctionReport& function, const LineReport& line) {
  if (line.text) return line.text;
  if (line.file || !line.line || !function.first_line || *line.line < *function.first_line) return std::nullopt;
  const std::size_t index = *line.line - *function.first_line;
  return index < function.source.size() ? std::optional(function.source[index]) : std::nullopt;
}

/// Every line of the function that `wanted` lets through.
template <class Wanted>
void add_lines(const FunctionReport& function, const Wanted& wanted, std::vector<Measured>& measured) {
  for (const LineReport& line : function.lines) {
    const std::optional<std::string>& file = line.file ? line.file : function.file;
    if (!line.has_events() || !line.line || !file || !line.peak || !wanted(*file, *line.line)) continue;
    measured.push_back(line_of(text_of(source_text(function, line), function.name), *file, *line.line, *line.peak));
  }
}

Result<std::vector<Measured>> measure_sites(Profile& profile) {
  const Result<TopModel> top = build_top(profile, {});
  if (!top) return top.error();
  std::vector<Measured> measured;
  for (const Site& site : top->sites) {
    if (site.costs.at_peak <= 0) continue;
    const bool has_line = site.file && site.line;
    measured.push_back(line_of(has_line ? text_of(site.text, site.function) : site.function,
                               has_line ? *site.file : site.module, has_line ? *site.line : 0, site.costs.at_peak));
  }
  if (top->totals.peak) {
    SweepSubject process;
    process.name = "process, live heap";
    measured.push_back({std::move(process), static_cast<double>(*top->totals.peak)});
  }
  return measured;
}

}  // namespace

Result<std::vector<Measured>> measure_trace(Profile& profile, const SweepRequest& request) {
  if (request.functions.empty() && request.lines.empty()) return measure_sites(profile);
  std::vector<Measured> measured;
  if (!request.functions.empty()) {
    ReportRequest report;
    report.functions = request.functions;
    const Result<ReportModel> built = build_report(profile, report);
    if (!built) return built.error();
    for (const FunctionReport& function : built->functions) {
      if (function.flow.seen == 0) continue;
      SweepSubject subject;
      subject.kind = SubjectKind::kFunction;
      subject.name = function.signature;
      measured.push_back({std::move(subject), static_cast<double>(function.peak)});
      add_lines(
          function, [](const std::string&, std::uint32_t) { return true; }, measured);
    }
  }
  if (!request.lines.empty()) {
    ReportRequest report;
    for (const SweepLine& line : request.lines) report.files.push_back(line.file);
    const Result<ReportModel> built = build_report(profile, report);
    if (!built) return built.error();
    const auto is_wanted = [&](const std::string& file, std::uint32_t number) {
      return std::any_of(request.lines.begin(), request.lines.end(),
                         [&](const SweepLine& line) { return line.line == number && path_matches(line.file, file); });
    };
    for (const FunctionReport& function : built->functions) add_lines(function, is_wanted, measured);
  }
  const Result<replay::Outcome> outcome = profile.run(nullptr);
  if (!outcome) return outcome.error();
  SweepSubject process;
  process.name = "process, live heap";
  measured.push_back({std::move(process), static_cast<double>(outcome->peak_live_bytes)});
  return measured;
}

}  // namespace memline::model
