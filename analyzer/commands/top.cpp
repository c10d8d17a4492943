#include <CLI/CLI.hpp>
#include <ostream>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/top_builder.h"
#include "render/csv.h"
#include "views/top_view.h"

namespace memline::commands {
namespace {

constexpr char kTopAbout[] =
    "Show the sites that own the most memory: the lines of your own code that asked\n"
    "for it. TRACE is trace.bin unless it is given.";

constexpr char kTopColumns[] =
    "Columns:\n"
    "  Allocated  bytes that the site acquired over the whole run\n"
    "  Allocs     number of its allocations\n"
    "  At peak    its bytes that were live when the process held the most\n"
    "  Resident   what of these was in RAM then, or at the nearest look\n"
    "  At end     its bytes that were never released\n"
    "  Temporary  its allocations whose release was the thread's very next event:\n"
    "             count and bytes\n"
    "\n"
    "A site is the user line of an allocation: going outwards from it, the first\n"
    "frame that is your own code. System headers, the standard library, package\n"
    "folders and system libraries are not; --own and --not-own correct the guess.\n"
    "With --inclusive every own line on the stack is charged, callees included, so\n"
    "rows overlap.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

constexpr std::size_t kTopUsualRows = 20;

}  // namespace

int top_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kTopAbout, "top");
  ProfileArguments profile_arguments;
  OutputArguments output;
  model::TopRequest request;
  std::optional<std::size_t> most;
  std::string order = "at_peak";
  app.add_option("--most", most, "Show at most N sites; 0: all (default: 20 in text, all in json and csv)")
      ->check(check_count)
      ->type_name("N");
  app.add_option("--by", order, "What the sites are sorted by")
      ->check(CLI::IsMember({"at_peak", "allocated", "allocations", "at_end", "temporary", "counter"}))
      ->type_name("at_peak|allocated|allocations|at_end|temporary|counter")
      ->capture_default_str();
  app.add_flag("--inclusive", request.inclusive, "Charge every own line on the stack, not only the innermost");
  profile_arguments.add_to(app);
  output.add_to(app);
  app.footer(kTopColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;
  request.order = model::parse_top_order(order).value_or(model::TopOrder::kAtPeak);

  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  auto top = model::build_top(**profile, request);
  if (!top) return fail(streams, top.error());
  if (request.order == model::TopOrder::kCounter && top->counters.empty()) {
    return fail(streams, {ExitCode::kNothing, "was recorded without counters (memline run --counters)",
                          profile_arguments.trace});
  }
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::top_json(*top, most.value_or(0));
      break;
    case Format::kCsv:
      if (most.value_or(0) > 0 && top->sites.size() > *most) top->sites.resize(*most);
      streams.out << render::render_csv(views::top_data_view(*top));
      break;
    case Format::kText:
      write_text(streams, {views::top_view(*top, most.value_or(kTopUsualRows))}, output);
      break;
  }
  return finish(streams, profile_arguments.trace, top->common);
}

}  // namespace memline::commands
