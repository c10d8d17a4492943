#include "model/function_report.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "model/frame_source.h"
#include "model/source_cache.h"

namespace memline::model {
namespace {

/// Longer "functions" come from damaged debug information; nobody reads so many lines.
constexpr std::uint32_t kMostSourceLines = 200'000;

/// Orders lines: the function's own file first, other files by path, `(no line)` last.
struct LinePlace {
  int rank = 0;
  std::string_view path;
  std::uint32_t line = 0;
  friend auto operator<=>(const LinePlace&, const LinePlace&) = default;
};

void fill(LineReport& row, const LineFlowRow& flow) {
  row.counters = flow.counters;
  row.resident = flow.resident;
  if (flow.flow.seen == 0) return;
  row.flow = flow.flow;
  row.mem_usage = flow.mem_usage;
  row.peak = flow.peak;
  row.rss = flow.rss;
}

void add_source(Profile& profile, const symbols::Function& function, FunctionReport& report) {
  if (!report.file) return;
  const SourceFile& source = profile.sources().file(*report.file, profile.built_at(function.module));
  report.source_state = source.state;
  if (!report.first_line || !report.last_line || *report.last_line - *report.first_line > kMostSourceLines) return;
  for (std::uint32_t line = *report.first_line; line <= *report.last_line && source.has_line(line); ++line) {
    report.source.push_back(source.lines[line - 1]);
  }
}

}  // namespace

FunctionReport make_function_report(Profile& profile, FunctionId id, const FunctionFlow& flow) {
  FrameSource& frames = profile.frames();
  const std::vector<symbols::Symbolizer::CodeLine> code = profile.symbolizer().code_lines(id);
  const symbols::Function function = frames.function(id);
  FunctionReport report;
  report.name = profile.display_name(function.name);
  report.signature = profile.display_name(function.signature);
  report.flow = flow.whole.flow;
  report.peak = flow.whole.peak;
  report.counters = flow.whole.counters;
  report.resident = flow.whole.resident;
  if (!function.file.none()) report.file = frames.file(function.file);

  std::map<LinePlace, LineReport> rows;
  const auto row_of = [&](FileId file, std::uint32_t line) -> LineReport& {
    if (file.none() || line == 0) return rows[{2, "", 0}];
    const bool own = file == function.file;
    LineReport& row = rows[{own ? 0 : 1, own ? std::string_view{} : frames.file(file), line}];
    row.line = line;
    if (!own) row.file = frames.file(file);
    return row;
  };
  std::uint32_t first = function.decl_line, last = std::max(function.last_line, function.decl_line);
  for (const auto& [file, line] : code) {
    if (line == 0) continue;
    row_of(file, line);
    if (file != function.file || function.file.none()) continue;
    if (function.decl_line == 0) first = first == 0 ? line : std::min(first, line);
    if (function.last_line == 0) last = std::max(last, line);
  }
  for (const LineFlowRow& line : flow.lines) fill(row_of(line.file, line.line), line);
  if (first != 0) report.first_line = first, report.last_line = last;

  add_source(profile, function, report);
  for (auto& [place, row] : rows) {
    if (row.line) {
      const std::string& path = row.file ? *row.file : report.file.value_or("");
      const SourceFile& source = profile.sources().file(path, profile.built_at(function.module));
      if (source.has_line(*row.line)) row.text = source.lines[*row.line - 1];
    }
    if (flow.whole.resident && !row.resident) row.resident = 0;
    report.lines.push_back(std::move(row));
  }
  return report;
}

}  // namespace memline::model
