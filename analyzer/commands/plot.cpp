#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "base/time_units.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/load_samples.h"
#include "commands/output.h"
#include "commands/plot/picture_arguments.h"
#include "export/json.h"
#include "memline/env.h"
#include "model/samples/sample_timeline.h"
#include "model/timeline/timeline_builder.h"
#include "render/chart/chart_text.h"
#include "render/csv.h"
#include "views/common_parts.h"
#include "views/timeline_view.h"

namespace memline::commands {
namespace {

constexpr char kPlotAbout[] =
    "Draw memory over time, with the peak marked: in the terminal, or with -o as a\n"
    "picture. TRACE is trace.bin unless it is given; several are drawn into one\n"
    "chart, each from its own start. Files of samples, by memline sample or mprof,\n"
    "can be drawn as well.";

constexpr char kPlotNotes[] =
    "Curves:\n"
    "  live heap         what the program asked for and has not released; exact, and\n"
    "                    however long the run no peak is lost in the drawing\n"
    "  RSS               the kernel's figure for the whole process, sampled\n"
    "  live heap in RAM  what of the live heap was in RAM whenever it was looked at\n"
    "\n"
    "Spans of the program and, with --func, calls of functions stand in brackets. A\n"
    "call reaches from its first event to its last; repeated calls from one place\n"
    "with nothing between them are one.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 a trace is unreadable or\n"
    "damaged (what can be read is shown).";

struct PlotArguments {
  std::vector<std::string> traces;
  PictureArguments picture;
  std::string colour = "auto", format = "text";
  std::vector<std::string> curves;
  std::optional<std::size_t> width, image;
  double from = 0, to = 0;
  bool no_cache = false;
  model::TimelineRequest request;
  CLI::Option* from_option = nullptr;
  CLI::Option* to_option = nullptr;

  void add_to(CLI::App& app) {
    app.add_option("TRACE", traces, "The recordings, or files of samples, to draw");
    picture.add_to(app, "The picture to write", "Above the chart (default: the program)");
    app.add_option("--func", request.functions, "Show when this function was at work; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
    const std::map<std::string, double> units(std::begin(kTimeUnits), std::end(kTimeUnits));
    const CLI::AsNumberWithUnit in_seconds(units, CLI::AsNumberWithUnit::CASE_SENSITIVE, "");
    from_option = app.add_option("--from", from, "Begin at this time, in seconds unless us, ms, min or h follow")
                      ->transform(in_seconds)
                      ->type_name("TIME");
    to_option = app.add_option("--to", to, "End at this time")->transform(in_seconds)->type_name("TIME");
    app.add_option("--curves", curves, "Which to draw (default: all, of several traces only the live heap)")
        ->check(CLI::IsMember({"heap", "rss", "resident"}))
        ->delimiter(',')
        ->type_name("heap,rss,resident")
        ->allow_extra_args(false);
    app.add_flag("-s,--slope", request.fit, "Draw the least-squares line through the curve, and print its slope");
    app.add_option("--image", image, "Of a process that ran several programs (exec), draw this one; counted from 0")
        ->check(check_count)
        ->type_name("N");
    app.add_flag("--no-cache", no_cache, "Read debug information anew; keep nothing of it for later reports");
    app.add_option("--format", format, "Without -o: a chart, or the points of the curves")
        ->check(CLI::IsMember({"text", "json", "csv"}))
        ->type_name("text|json|csv")
        ->capture_default_str();
    app.add_option("--color", colour, "auto: on a terminal, unless NO_COLOR is set")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->type_name("auto|always|never")
        ->capture_default_str();
    app.add_option("--width", width, "Of text, in columns (default: the terminal's, else 80)")
        ->check(check_count)
        ->type_name("N");
  }

  model::TimelineRequest timeline_request() const {
    model::TimelineRequest result = request;
    if (from_option->count() > 0) result.from = from;
    if (to_option->count() > 0) result.to = to;
    std::vector<std::string> wanted = curves;
    if (wanted.empty())
      wanted =
          traces.size() > 1 ? std::vector<std::string>{"heap"} : std::vector<std::string>{"heap", "rss", "resident"};
    const auto wants = [&wanted](const char* name) {
      return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    };
    result.heap = wants("heap");
    result.rss = wants("rss");
    result.resident = wants("resident");
    // a page can be looked at more closely
    if (picture.out.ends_with(".html")) result.buckets *= 4;
    return result;
  }

  render::TextChartStyle text_style(const Terminal& terminal) const {
    render::TextChartStyle style;
    const std::size_t columns = width.value_or(terminal.width_columns);
    if (columns > 0) style.width_columns = columns;
    style.colour = colour == "always" || (colour == "auto" && terminal.colour);
    return style;
  }
};

/// The name of each file; its path where two have the same name.
std::vector<std::string> label_files(const std::vector<std::string>& paths) {
  std::vector<std::string> labels;
  std::map<std::string, int> uses;
  const auto name = [](const std::string& path) { return std::filesystem::path(path).filename().native(); };
  for (const std::string& path : paths) ++uses[name(path)];
  for (const std::string& path : paths) labels.push_back(uses[name(path)] > 1 ? path : name(path));
  return labels;
}

Result<model::Timeline> timeline_of(const model::SampleFile& samples, const PlotArguments& plot,
                                    const std::string& path) {
  const model::TimelineRequest request = plot.timeline_request();
  Result<model::Timeline> timeline =
      model::sample_timeline(samples, {request.from, request.to, request.functions, request.fit});
  if (!timeline) return Error{timeline.error().code, timeline.error().message, path};
  if (timeline->program.empty()) timeline->program = path;
  timeline->label = std::filesystem::path(path).filename().native();
  return timeline;
}

/// `code`: the exit code so far; that of a damaged trace stays.
Result<model::Timeline> load_timeline(const PlotArguments& plot, const std::string& trace, const Streams& streams,
                                      int& code) {
  if (const auto samples = load_samples(trace)) {
    if (!*samples) return samples->error();
    return timeline_of(**samples, plot, trace);
  }
  ProfileArguments arguments;
  arguments.trace = trace.empty() ? kDefaultOut : trace;
  arguments.trace_given = !trace.empty();
  arguments.options.image = plot.image;
  arguments.no_cache = plot.no_cache;
  arguments.templates = "short";
  const auto profile = open_profile(arguments, streams);
  if (!profile) return profile.error();
  Result<model::Timeline> timeline = model::build_timeline(**profile, plot.timeline_request());
  if (!timeline) return timeline;
  timeline->program = views::program_heading(timeline->common->program);
  timeline->label = std::filesystem::path(arguments.trace).filename().native();
  code = std::max(code, finish(streams, arguments.trace, *timeline->common));
  return timeline;
}

}  // namespace

int plot_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kPlotAbout, "plot");
  PlotArguments plot;
  plot.add_to(app);
  app.footer(kPlotNotes);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]...", arguments, streams)) return *code;
  const model::TimelineRequest window = plot.timeline_request();
  if (window.from && window.to && *window.from >= *window.to) {
    return fail(streams, {ExitCode::kUsage, "plot: --from is to be earlier than --to"});
  }

  int code = 0;
  std::vector<model::Timeline> timelines;
  const std::vector<std::string> traces = plot.traces.empty() ? std::vector<std::string>{""} : plot.traces;
  const std::vector<std::string> labels = label_files(traces);
  for (std::size_t i = 0; i < traces.size(); ++i) {
    Result<model::Timeline> timeline = load_timeline(plot, traces[i], streams, code);
    if (!timeline) {
      const Error& error = timeline.error();
      const int failed = fail(streams, error);
      if (error.code == ExitCode::kUsage) return failed;
      code = std::max(code, failed);  // the other traces are drawn all the same
      continue;
    }
    if (traces.size() > 1) timeline->label = labels[i];
    timelines.push_back(std::move(timeline).value());
  }
  if (timelines.empty()) return code;
  if (plot.picture.out.empty() && plot.format != "text") {
    streams.out << (plot.format == "json" ? exporting::timelines_json(timelines)
                                          : render::render_csv(views::timeline_data_view(timelines)));
    return code;
  }
  const views::Chart chart = views::timeline_view(timelines, plot.picture.title);
  if (plot.picture.out.empty()) {
    streams.out << render::render_chart_text(chart, plot.text_style(streams.terminal));
    return code;
  }
  if (const auto error = plot.picture.write(chart)) return fail(streams, *error);
  return code;
}

}  // namespace memline::commands
