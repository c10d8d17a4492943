#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/repeat/command_runner.h"
#include "commands/repeat/measure_trace.h"
#include "commands/repeat/repeat_arguments.h"
#include "commands/repeat/temporary_folder.h"
#include "commands/run/run_environment.h"
#include "commands/run/split_command.h"
#include "export/json.h"
#include "model/repeated_runs.h"
#include "views/runs_view.h"

namespace memline::commands {
namespace {

constexpr char kMemitAbout[] =
    "Run a program some times, each time as a fresh process, and show its peak\n"
    "memory, as %memit does.";

constexpr char kMemitNotes[] =
    "The peak is the exact highest number of live bytes, the increment how far that\n"
    "is above what was live when main began. With --func NAME both are those of the\n"
    "function's calls: the highest of the process while one runs, and how far it rose\n"
    "at most above what was live when the call began. Calls that are repeated from\n"
    "the same place with the same stack, as in a loop, are one.\n"
    "\n"
    "RSS is the kernel's own peak; of a recorded process, so with what the recording\n"
    "needs. It is not known of a program that held less than memline did when it\n"
    "started it. The times are those of recorded runs, too: `memline timeit` has the\n"
    "program's own.\n"
    "\n"
    "The program runs exactly N times. A run that fails, is killed or takes too long\n"
    "is reported, and is not among those that the numbers are of.\n"
    "\n"
    "Exit codes: 0 done, 1 a run failed or nothing was recorded, 2 wrong usage, 127\n"
    "no such program, 126 not executable.";

/// The runs with their traces; nullopt: the series ended early.
std::optional<std::vector<FinishedRun>> record_all(CommandRunner& runner, std::size_t repeat, const std::string& folder,
                                                   const std::string& preload) {
  std::vector<FinishedRun> finished;
  for (std::size_t i = 0; i < repeat; ++i) {
    auto run = runner.run_recorded(folder + "/run" + std::to_string(i + 1) + ".bin", preload);
    if (!run) return std::nullopt;
    finished.push_back(std::move(*run));
  }
  return finished;
}

}  // namespace

int memit_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kMemitAbout, "memit");
  RepeatArguments options;
  std::size_t repeat = 3;
  model::RepeatedRuns runs;
  app.add_option("-r,--repeat", repeat, "How often the program is run")
      ->check(check_positive)
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--func", runs.function, "Measure the calls of this function: a name or a glob")->type_name("NAME");
  options.add_to(app);
  app.footer(kMemitNotes);
  if (const auto code = parse_with_command(app, arguments, streams, runs.command)) return *code;
  const auto preload = find_preload();
  if (!preload) return fail(streams, preload.error());
  const auto folder = TemporaryFolder::make();
  if (!folder) return fail(streams, folder.error());

  CommandRunner runner(options.request(runs.command), streams);
  // all of them first: what reading a trace takes of our memory would hide the next program's peak RSS from the kernel
  const auto finished = record_all(runner, repeat, folder->path(), *preload);
  if (!finished) return runner.exit_code();

  bool all_well = true;
  for (std::size_t i = 0; i < finished->size(); ++i) {
    const FinishedRun& run = (*finished)[i];
    model::MeasuredRun measured{.end = run.end, .memory = {}, .counts = options.counts(run.end)};
    if (!measured.counts) say(streams, views::failure_sentence(i, repeat, run.end));
    for (const std::string& sentence : run.missing) note_once(runs.notes, sentence);
    if (measured.counts) note_unknown_rss(run.end.peak_rss_bytes, runs.notes);
    if (!run.trace.empty()) {
      std::vector<std::string> of_no_interest;  // how numbers are to be read that are not shown
      const auto memory = measure_trace(run.trace, runs.function, measured.counts ? runs.notes : of_no_interest);
      if (memory) {
        measured.memory = *memory;
      } else if (run.missing.empty()) {
        note_once(runs.notes, escape_control(memory.error().message));
      }
    }
    all_well = all_well && measured.counts && measured.memory;
    runs.runs.push_back(measured);
  }
  for (const std::string& note : runs.notes) say(streams, note);
  const int code =
      options.write(streams, options.wants_json() ? exporting::memit_json(runs) : join_lines(views::memit_lines(runs)));
  return code != 0 || all_well ? code : static_cast<int>(ExitCode::kNothing);
}

}  // namespace memline::commands
