#include <ostream>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/summary_builder.h"
#include "render/csv.h"
#include "views/summary_view.h"

namespace memline::commands {
namespace {

constexpr char kAbout[] =
    "Show the totals of a program, how it ended, and what its recording lacks. TRACE\n"
    "is trace.bin unless it is given.";

constexpr char kColumns[] =
    "Live bytes are what the program asked for and has not released: heap blocks at\n"
    "their requested size, and its own anonymous private mappings in whole pages. RSS\n"
    "is the kernel's figure, sampled.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

}  // namespace

int summary_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kAbout, "summary");
  ProfileArguments profile_arguments;
  OutputArguments output;
  profile_arguments.add_to(app);
  output.add_to(app);
  app.footer(kColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;

  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  const auto summary = model::build_summary(**profile);
  if (!summary) return fail(streams, summary.error());
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::summary_json(*summary);
      break;
    case Format::kCsv:
      streams.out << render::render_csv(views::summary_data_view(*summary));
      break;
    case Format::kText:
      write_text(streams, {views::summary_view(*summary)}, output);
      break;
  }
  return finish(streams, profile_arguments.trace, summary->common);
}

}  // namespace memline::commands
