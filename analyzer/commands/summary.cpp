#include <CLI/CLI.hpp>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "export/json.h"
#include "model/ledger_builder.h"
#include "model/summary_builder.h"
#include "render/csv.h"
#include "views/ledger_view.h"
#include "views/summary_view.h"

namespace memline::commands {
namespace {

constexpr char kSummaryAbout[] =
    "Show the totals of a program, how it ended, and what its recording lacks. TRACE\n"
    "is trace.bin unless it is given.";

constexpr char kSummaryColumns[] =
    "Live bytes are what the program asked for and has not released: heap blocks at\n"
    "their requested size, and its own anonymous private mappings in whole pages. RSS\n"
    "is the kernel's figure, sampled. A stack is short where it does not reach the\n"
    "start of the program; a note says how those stacks ended.\n"
    "\n"
    "With --ledger, rows that add up to the RSS: live heap by site, what the\n"
    "allocator rounds up and keeps, own mappings, stacks, files with the pages of\n"
    "them that were written to, shared memory, and memline's own.\n"
    "\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 the trace is unreadable or\n"
    "damaged (what can be read is shown).";

std::vector<views::Table> ledger_tables(const model::LedgerModel& model) {
  std::vector<views::Table> tables;
  for (const model::Ledger& ledger : model.ledgers) tables.push_back(views::ledger_view(ledger));
  return tables;
}

}  // namespace

int summary_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kSummaryAbout, "summary");
  ProfileArguments profile_arguments;
  OutputArguments output;
  bool with_ledger = false;
  app.add_flag("--ledger", with_ledger, "Show what the RSS consisted of when it was highest, and at the end");
  profile_arguments.add_to(app);
  output.add_to(app);
  app.footer(kSummaryColumns);
  if (const auto code = parse(app, "[OPTIONS] [TRACE]", arguments, streams)) return *code;

  const auto profile = open_profile(profile_arguments, streams);
  if (!profile) return fail(streams, profile.error());
  const auto summary = model::build_summary(**profile);
  if (!summary) return fail(streams, summary.error());
  std::optional<model::LedgerModel> ledgers;
  if (with_ledger) {
    auto built = model::build_ledgers(**profile);
    if (!built) return fail(streams, built.error());
    if (built->ledgers.empty())
      return fail(streams, {ExitCode::kNothing,
                            "nobody looked at what was in RAM: the "
                            "recording was made with MEMLINE_RESIDENT=0, or system calls were forbidden"});
    ledgers = std::move(*built);
  }
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::summary_json(*summary, ledgers ? &*ledgers : nullptr);
      break;
    case Format::kCsv:
      streams.out << render::render_csv(ledgers ? views::ledger_data_view(*ledgers)
                                                : views::summary_data_view(*summary));
      break;
    case Format::kText:
      write_text(streams, ledgers ? ledger_tables(*ledgers) : std::vector{views::summary_view(*summary)}, output);
      break;
  }
  return finish(streams, profile_arguments.trace, summary->common);
}

}  // namespace memline::commands
