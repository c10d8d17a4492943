#include <CLI/CLI.hpp>
#include <ostream>
#include <utility>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/report_builder.h"
#include "model/touched_builder.h"
#include "render/csv.h"
#include "views/lines_view.h"
#include "views/touched_view.h"

namespace memline::commands {
namespace {

constexpr char kReportAbout[] =
    "Show functions line by line: what happened to memory while each line ran,\n"
    "callees included. Without --func and --file: the functions that hold the hottest\n"
    "lines. TRACE is trace.bin unless it is given.";

constexpr char kReportColumns[] =
    "Columns:\n"
    "  Line #         line in the source file\n"
    "  Mem usage      live bytes of the process right after the last event of a run\n"
    "                 of the line; the most of its runs\n"
    "  Increment      bytes acquired minus bytes released while the line was on the\n"
    "                 stack, over all its runs\n"
    "  Peak           the highest rise above the start of a run: memory that comes\n"
    "                 and goes inside the line shows here\n"
    "  Seen           number of runs\n"
    "  Resident       bytes of pages that became resident while the line ran, callees\n"
    "                 included, minus pages it gave back (MEMLINE_RESIDENT=1)\n"
    "  CPU time, ...  of each counter that was recorded (MEMLINE_COUNTERS=LIST):\n"
    "                 what the line and its callees have of it; how far off it may be\n"
    "                 (one standard deviation, in percent) where it is an estimate;\n"
    "                 and what was sampled in the line itself\n"
    "  Line Contents  the source text\n"
    "\n"
    "An event is an acquisition or a release of memory; a release counts where it is\n"
    "executed. A run of a line is an unbroken series of events of one thread, all\n"
    "seen while the same frame of the function stands at that line: executions that\n"
    "look the same from the stack are one run. Lines without events are blank. The\n"
    "increments of a function that does not recurse add up to its net change; what\n"
    "belongs to no line stands in a (no line) row.\n"
    "\n"
    "NAME is a plain name (f), a qualified name (ns::Class::f), a full signature or a\n"
    "glob (ns::*). Every template instance and overload that matches gets a table.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

int report_touched(model::Profile& profile, const std::string& trace, const OutputArguments& output,
                   const Streams& streams) {
  const auto touched = model::build_touched(profile);
  if (!touched) return fail(streams, touched.error());
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::touched_json(*touched);
      break;
    case Format::kCsv:
      streams.out << render::render_csv(views::touched_data_view(*touched));
      break;
    case Format::kText:
      write_text(streams, {views::touched_view(*touched)}, output);
      break;
  }
  return finish(streams, trace, touched->common);
}

}  // namespace

int report_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kReportAbout, "report");
  ProfileArguments profile_arguments;
  OutputArguments output;
  model::ReportRequest request;
  std::string metric = "heap";
  bool touched = false;
  app.add_option("--func", request.functions, "Show this function; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--file", request.files, "Show the functions with events in files that match; repeatable")
      ->type_name("F")
      ->allow_extra_args(false);
  app.add_option("--metric", metric,
                 "What Mem usage shows in text: live heap bytes (exact) or RSS (sampled); json and csv carry both")
      ->check(CLI::IsMember({"heap", "rss"}))
      ->type_name("heap|rss")
      ->capture_default_str();
  app.add_flag("--touched", touched, "Instead: which line allocated the memory that which line made resident")
      ->excludes("--func")
      ->excludes("--file");
  profile_arguments.add_to(app);
  output.add_to(app);
  app.footer(kReportColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;
  request.rss = metric == "rss";

  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  if (touched) return report_touched(**profile, profile_arguments.trace, output, streams);
  const auto report = model::build_report(**profile, request);
  if (!report) return fail(streams, report.error());
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::report_json(*report);
      break;
    case Format::kCsv:
      streams.out << render::render_csv(views::lines_data_view(*report));
      break;
    case Format::kText: {
      std::vector<views::Table> tables;
      for (const model::FunctionReport& function : report->functions) {
        tables.push_back(views::lines_view(*report, function));
      }
      write_text(streams, std::move(tables), output);
      break;
    }
  }
  const int code = finish(streams, profile_arguments.trace, report->common);
  if (report->not_found.empty()) return code;
  int missing = code;
  for (const std::string& message : report->not_found) {
    missing = fail(streams, Error{ExitCode::kNothing, message, profile_arguments.trace});
  }
  return code == 0 ? missing : code;
}

}  // namespace memline::commands
