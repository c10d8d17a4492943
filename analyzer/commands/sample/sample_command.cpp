#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <limits>
#include <ostream>
#include <thread>

#include "base/counted.h"
#include "base/escape.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/run/await_end.h"
#include "commands/run/child_process.h"
#include "commands/run/fail_to_start.h"
#include "commands/run/run_environment.h"
#include "commands/run/split_command.h"
#include "commands/sample/sampler.h"
#include "replay/process_status.h"

namespace memline::commands {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr char kSampleAbout[] =
    "Watch the memory of a process from outside, whatever it is written in: one that\n"
    "runs already, or a command, which is started as it is. `plot` and `peak` read\n"
    "what comes out.";

constexpr char kSampleNotes[] =
    "Metrics:\n"
    "  rss   everything that the process has in RAM\n"
    "  pss   the same, with what is shared divided among those who share it\n"
    "  uss   what nobody else shares\n"
    "  heap  its anonymous memory in RAM: heap, stacks and written data\n"
    "\n"
    "Summed over children, rss counts what they share several times; pss does not.\n"
    "CSV has the columns time (seconds since 1970), pid and the metric in bytes; a\n"
    "file that ends in .dat is memory_profiler's, for mprof plot.\n"
    "\n"
    "Peaks between two samples are not seen: memline run records them all.\n"
    "\n"
    "Exit codes: 0 done, 1 no sample could be taken, 2 wrong usage, 3 the process may\n"
    "not be looked at; 127 and 126 where the command cannot be run.";

struct SampleArguments {
  pid_t pid = 0;
  double interval = 0.1, timeout = 0;
  std::string metric = "rss", children = "none", out, format;
  CLI::Option* timeout_option = nullptr;

  void add_to(CLI::App& app) {
    app.add_option("--pid", pid, "Watch this process, until it ends")
        ->check(CLI::Range(1, std::numeric_limits<pid_t>::max()))
        ->type_name("PID");
    app.add_option("--interval", interval, "Seconds between two samples")
        ->check(check_between(0.001, 86400.0))
        ->type_name("SECONDS")
        ->capture_default_str();
    timeout_option = app.add_option("--timeout", timeout, "Stop watching after this time; a command goes on")
                         ->check(check_between(0.0, 1e9))
                         ->type_name("SECONDS");
    app.add_option("--metric", metric, "What to look at, see below")
        ->check(CLI::IsMember({"rss", "pss", "uss", "heap"}))
        ->type_name("rss|pss|uss|heap")
        ->capture_default_str();
    app.add_option("--children", children, "Leave its children out, add them to it, or show each")
        ->check(CLI::IsMember({"none", "sum", "each"}))
        ->type_name("none|sum|each")
        ->capture_default_str();
    app.add_option("-o,--out", out,
                   "Where to write; -: to standard output. A command's samples go to sample.csv by default")
        ->type_name("FILE");
    app.add_option("--format", format, "Default: dat if FILE ends in .dat, else csv")
        ->check(CLI::IsMember({"csv", "dat"}))
        ->type_name("csv|dat");
  }

  SamplerOptions options() const {
    SamplerOptions result;
    result.metric = metric == "pss"    ? MemoryMetric::kPss
                    : metric == "uss"  ? MemoryMetric::kUss
                    : metric == "heap" ? MemoryMetric::kHeap
                                       : MemoryMetric::kRss;
    result.children = children == "sum"    ? ChildrenChoice::kSum
                      : children == "each" ? ChildrenChoice::kEach
                                           : ChildrenChoice::kNone;
    result.interval = std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(interval));
    return result;
  }
  SampleFormat sample_format() const {
    const bool dat = format == "dat" || (format.empty() && out.ends_with(".dat"));
    return dat ? SampleFormat::kDat : SampleFormat::kCsv;
  }
  /// One sample is taken however short the time is.
  bool is_over(Clock::time_point start, const Sampler& sampler) const {
    return timeout_option->count() > 0 && sampler.samples() > 0 && Clock::now() - start >= Seconds(timeout);
  }
};

volatile std::sig_atomic_t interrupted = 0;

/// Ctrl-C ends the watching, not the file.
void watch_process(const SampleArguments& arguments, Sampler& sampler) {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  const Clock::time_point start = Clock::now();
  const auto state = replay::read_process_state(static_cast<std::uint32_t>(arguments.pid));
  while (interrupted == 0 && !arguments.is_over(start, sampler)) {
    // another process may have got its number
    const auto now = replay::read_process_state(static_cast<std::uint32_t>(arguments.pid));
    if (!state || !now || now->start != state->start) return;
    const auto pause = sampler.step();
    if (!pause) return;
    std::this_thread::sleep_for(*pause);
  }
}

int watch_command(const SampleArguments& arguments, const Arguments& command, std::ostream& out, const Streams& streams,
                  std::size_t& samples, std::optional<Error>& error) {
  SampleFileWriter writer(out, arguments.sample_format(), arguments.metric, fmt::format("{}", fmt::join(command, " ")));
  streams.out.flush();
  const Clock::time_point start = Clock::now();
  ChildProcess child(command, own_environment());
  if (child.pid() < 0) return fail_to_start(streams, command.front(), child.start_errno());
  Sampler sampler(child.pid(), arguments.options(), writer);
  await_end(child, start, {}, [&]() -> std::chrono::nanoseconds {
    constexpr std::chrono::seconds kNoMore(10);
    if (arguments.is_over(start, sampler)) return kNoMore;
    return sampler.step().value_or(kNoMore);
  });
  samples = sampler.samples();
  error = sampler.error();
  return 0;
}

}  // namespace

int sample_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kSampleAbout, "sample");
  SampleArguments sample;
  sample.add_to(app);
  app.footer(kSampleNotes);
  Arguments command;
  if (const auto code = parse_with_command(app, arguments, streams, command, CommandNeed::kOptional)) return *code;
  if (command.empty() == (sample.pid == 0)) {
    return fail(streams, {ExitCode::kUsage, "sample: either --pid or a command; see memline sample --help"});
  }
  if (!command.empty() && sample.out.empty()) sample.out = "sample.csv";
  if (sample.out == "-") sample.out.clear();

  std::ofstream file;
  if (!sample.out.empty()) {
    file.open(sample.out, std::ios::binary | std::ios::trunc);
    if (!file) return fail(streams, {ExitCode::kUsage, "cannot be written", sample.out});
  }
  std::ostream& out = sample.out.empty() ? streams.out : file;
  std::size_t samples = 0;
  std::optional<Error> error;
  if (command.empty()) {
    SampleFileWriter writer(out, sample.sample_format(), sample.metric, "");
    Sampler sampler(sample.pid, sample.options(), writer);
    watch_process(sample, sampler);
    samples = sampler.samples();
    error = sampler.error();
  } else if (const int code = watch_command(sample, command, out, streams, samples, error); code != 0) {
    return code;
  }
  if (!out.good())
    return fail(streams, {ExitCode::kUsage, "cannot be written: the disk is full, most likely", sample.out});
  if (error) return fail(streams, *error);
  if (samples == 0) {
    return fail(streams, {ExitCode::kNothing, command.empty() ? "there is no process " + std::to_string(sample.pid)
                                                              : "the command ended before a sample could be taken"});
  }
  if (!sample.out.empty() && streams.terminal.err_is_terminal) {
    say(streams, fmt::format("{} in {}; see them with: memline plot {}", counted(samples, "sample", "samples"),
                             escape_control(sample.out), escape_control(sample.out)));
  }
  return 0;
}

}  // namespace memline::commands
