#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/region_builder.h"
#include "render/csv.h"
#include "views/region_view.h"

namespace memline::commands {
namespace {

constexpr char kRegionsAbout[] =
    "Show what the memory did during each span of the program, and during each run of\n"
    "chosen functions: one line each, in the order in which they ended. TRACE is\n"
    "trace.bin unless it is given.";

constexpr char kRegionsColumns[] =
    "Spans are what the program marked (memline_span_begin of memline/marker.h). With\n"
    "--region-func NAME the program need not be changed: every run of that function\n"
    "is a region, from its first allocation or release to its last. Calls that are\n"
    "repeated from the same place with the same stack are one run.\n"
    "\n"
    "  used              live bytes of the process at the end minus at the beginning\n"
    "  in                the time between\n"
    "  peaked            how far the highest of the process in between is above that\n"
    "                    at the end; exact\n"
    "  total RAM usage   live bytes of the process at the end\n"
    "\n"
    "With --metric rss the bytes are the RSS, sampled every 10 ms.\n"
    "\n"
    "After memline run --counters LIST a line for each counter follows: its rate and\n"
    "sum while the region lasted. A run has what its own thread did, a span what was\n"
    "done by the thread that began it and those attached to it (memline_span_attach).\n"
    "Where not every event was sampled the sum is an estimate: a standard deviation\n"
    "stands beside it.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

}  // namespace

int regions_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kRegionsAbout, "regions");
  ProfileArguments profile_arguments;
  model::RegionRequest request;
  std::string metric = "heap", format = "text";
  app.add_option("--region-func", request.functions, "Every run of this function is a region too; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--metric", metric, "Bytes of what: live heap and mappings (exact) or RSS (sampled)")
      ->check(CLI::IsMember({"heap", "rss"}))
      ->type_name("heap|rss")
      ->capture_default_str();
  app.add_option("--format", format, "How the result is written; json and csv carry whole bytes and seconds")
      ->check(CLI::IsMember({"text", "json", "csv"}))
      ->type_name("text|json|csv")
      ->capture_default_str();
  profile_arguments.add_selection_to(app);
  app.footer(kRegionsColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;
  if (metric == "rss") request.metric = model::RegionMetric::kRss;

  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  std::vector<model::Region> ended;
  auto regions = model::build_regions(
      **profile, request, [&](const model::Region& region, const auto& /*counters*/) { ended.push_back(region); });
  if (!regions) return fail(streams, regions.error());
  // that a run has ended is seen at the next event of its thread only
  std::stable_sort(ended.begin(), ended.end(),
                   [](const model::Region& a, const model::Region& b) { return a.end_ticks < b.end_ticks; });
  regions->regions = std::move(ended);
  if (format == "json") streams.out << exporting::regions_json(*regions);
  if (format == "csv") streams.out << render::render_csv(views::regions_data_view(*regions));
  if (format == "text") {
    for (const model::Region& region : regions->regions) {
      streams.out << views::region_sentence(region) << '\n';
      for (const std::string& rate : views::region_rates(region, regions->counters)) streams.out << rate << '\n';
    }
    for (const std::string& note : views::region_notes(*regions)) say(streams, note);
  }
  return finish(streams, profile_arguments.trace, regions->common);
}

}  // namespace memline::commands
