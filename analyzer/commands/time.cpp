#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/escape.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/repeat/command_runner.h"
#include "commands/repeat/measure_trace.h"
#include "commands/repeat/record_memory.h"
#include "commands/repeat/repeat_arguments.h"
#include "commands/run/split_command.h"
#include "export/json.h"
#include "model/repeated_runs.h"
#include "views/runs_view.h"

namespace memline::commands {
namespace {

constexpr char kTimeAbout[] = "Run a program, and show its times as IPython's %time does, and its peak memory.";

constexpr char kTimeNotes[] =
    "The program runs twice: once as it is, for its times and the kernel's peak RSS,\n"
    "and once more recorded, for the exact peak of its live bytes and how far that is\n"
    "above what was live when main began. With --once the second run is left out.\n"
    "\n"
    "Exit codes: 0 done, 1 a run failed, 2 wrong usage, 127 no such program, 126 not\n"
    "executable.";

}  // namespace

int time_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kTimeAbout, "time");
  RepeatArguments options;
  bool once = false;
  model::RepeatedRuns runs;
  app.add_flag("--once", once, "Run the program only once, unrecorded: without the peak of its live bytes");
  options.add_to(app);
  app.footer(kTimeNotes);
  if (const auto code = parse_with_command(app, arguments, streams, runs.command)) return *code;

  CommandRunner runner(options.request(runs.command), streams);
  const auto timed = runner.run_plainly();
  if (!timed) return runner.exit_code();
  model::MeasuredRun measured{.end = timed->end, .memory = {}, .counts = options.counts(timed->end)};
  if (!measured.counts) say(streams, "the program " + views::describe_end(timed->end));
  if (measured.counts) note_unknown_rss(timed->end.peak_rss_bytes, runs.notes);
  const int code = once ? 0 : record_memory(runner, options, streams, measured.memory, runs.notes);
  if (runner.exit_code() != 0) return runner.exit_code();
  runs.runs.push_back(measured);
  for (const std::string& note : runs.notes) say(streams, note);
  const int written =
      options.write(streams, options.wants_json() ? exporting::time_json(runs)
                                                  : join_lines(views::time_lines(measured.end, measured.memory)));
  if (written != 0) return written;
  return measured.counts ? code : static_cast<int>(ExitCode::kNothing);
}

}  // namespace memline::commands
