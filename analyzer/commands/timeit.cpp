#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "commands/args.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/repeat/command_runner.h"
#include "commands/repeat/measure_trace.h"
#include "commands/repeat/record_memory.h"
#include "commands/repeat/repeat_arguments.h"
#include "commands/run/split_command.h"
#include "export/json.h"
#include "model/timed_runs.h"
#include "views/runs_view.h"

namespace memline::commands {
namespace {

constexpr char kTimeitAbout[] =
    "Run a program many times, and show the mean and the deviation of its time as\n"
    "IPython's %timeit does, and its peak memory.";

constexpr char kTimeitNotes[] =
    "A run is N loops, a loop one execution of the program as it is, unrecorded; its\n"
    "time is the wall time. Without -n, N is the first of 1, 10, 100, ... with which\n"
    "a run takes 0.2 s or more; the run that shows this counts as the first. One more\n"
    "execution is recorded, for the exact peak of the live bytes and its increment.\n"
    "\n"
    "A loop that fails ends the series.\n"
    "\n"
    "Exit codes: 0 done, 1 a run failed, 2 wrong usage, 127 no such program, 126 not\n"
    "executable.";

/// What %timeit takes for long enough.
constexpr double kLongEnoughSeconds = 0.2;

class Timer {
 public:
  Timer(CommandRunner& runner, const RepeatArguments& options, const Streams& streams)
      : runner_(runner), options_(options), streams_(streams) {}

  /// nullopt: the series is over, and exit_code() is what to return.
  std::optional<model::TimedRun> run(std::size_t loops) {
    model::TimedRun timed;
    for (std::size_t i = 0; i < loops; ++i) {
      const auto one = runner_.run_plainly();
      if (!one) exit_code_ = runner_.exit_code();
      if (one && !options_.counts(one->end)) {
        say(streams_, "the program " + views::describe_end(one->end));
        exit_code_ = static_cast<int>(ExitCode::kNothing);
      }
      if (exit_code_ != 0) return std::nullopt;
      timed.seconds += one->end.wall_seconds;
      timed.cpu_seconds += one->end.cpu_seconds();
      if (one->end.peak_rss_bytes > timed.peak_rss_bytes) timed.peak_rss_bytes = one->end.peak_rss_bytes;
    }
    return timed;
  }

  /// Finds out how many loops make a run that takes long enough. That run is the first one.
  std::optional<model::TimedRun> calibrate(std::size_t& loops) {
    constexpr std::size_t kMost = 1'000'000, kTimes = 10;
    for (loops = 1;; loops *= kTimes) {
      auto timed = run(loops);
      if (!timed || timed->seconds >= kLongEnoughSeconds || loops >= kMost) return timed;
    }
  }

  int exit_code() const { return exit_code_; }

 private:
  CommandRunner& runner_;
  const RepeatArguments& options_;
  const Streams& streams_;
  int exit_code_ = 0;
};

}  // namespace

int timeit_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kTimeitAbout, "timeit");
  RepeatArguments options;
  std::size_t repeat = 7;
  std::optional<std::size_t> loops;
  model::TimedRuns timed;
  app.add_option("-r,--repeat", repeat, "How many runs there are")
      ->check(check_positive)
      ->type_name("R")
      ->capture_default_str();
  app.add_option("-n,--number", loops, "How many loops make a run (default: as many as take 0.2 s)")
      ->check(check_positive)
      ->type_name("N");
  options.add_to(app);
  app.footer(kTimeitNotes);
  if (const auto code = parse_with_command(app, arguments, streams, timed.command)) return *code;

  CommandRunner runner(options.request(timed.command), streams);
  Timer timer(runner, options, streams);
  timed.loops = loops.value_or(1);
  while (timed.runs.size() < repeat) {
    const bool calibrates = !loops && timed.runs.empty();
    const auto run = calibrates ? timer.calibrate(timed.loops) : timer.run(timed.loops);
    if (!run) return timer.exit_code();
    timed.runs.push_back(*run);
  }
  for (const model::TimedRun& run : timed.runs) note_unknown_rss(run.peak_rss_bytes, timed.notes);
  const int code = record_memory(runner, options, streams, timed.memory, timed.notes);
  if (runner.exit_code() != 0) return runner.exit_code();
  for (const std::string& note : timed.notes) say(streams, note);
  const int written = options.write(
      streams, options.wants_json() ? exporting::timeit_json(timed) : join_lines(views::timeit_lines(timed)));
  return written != 0 ? written : code;
}

}  // namespace memline::commands
