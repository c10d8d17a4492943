#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <ostream>
#include <utility>

#include "base/escape.h"
#include "base/parse_number.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/load.h"
#include "commands/output.h"
#include "commands/plot/picture_arguments.h"
#include "commands/process_family.h"
#include "commands/repeat/command_runner.h"
#include "commands/repeat/measure_trace.h"
#include "commands/repeat/temporary_folder.h"
#include "commands/run/run_environment.h"
#include "commands/run/split_command.h"
#include "commands/sweep/output_aside.h"
#include "commands/sweep/sizes.h"
#include "export/json.h"
#include "model/sweep/sweep_measure.h"
#include "render/csv.h"
#include "views/sweep_view.h"

namespace memline::commands {
namespace {

constexpr char kSweepAbout[] =
    "Run a command for several sizes of its input, and show how memory and time grow:\n"
    "which line grows fastest stands first. {n} in the command stands for the size:\n"
    "\n"
    "  memline sweep --n 1e3,1e4,1e5 -- ./app --rows {n}";

constexpr char kSweepNotes[] =
    "For each n the command runs -r times unrecorded, for time and RSS, and, after\n"
    "all these, once recorded, for memory. Lines are those of --func and --line, with\n"
    "the highest rise while they ran; without either every line that owns memory at\n"
    "the peak, with what it owns then.\n"
    "\n"
    "Growth is the simplest of O(1), O(log n), O(n), O(n log n), O(n^2) that fits,\n"
    "beside a constant part; it needs three sizes, and four or more over at least a\n"
    "decade tell neighbours apart. Of times it is left empty where runs of one size\n"
    "differ as much as the sizes do. The exponent is the slope between the\n"
    "logarithms, with its 95 % confidence interval. What the command prints goes to\n"
    "standard error.\n"
    "\n"
    "Exit codes: 0 done, 1 a run failed or nothing was found, 2 wrong usage; 127 and\n"
    "126 where the command cannot be run.";

constexpr std::size_t kUsualLines = 10;

struct SweepArguments {
  std::string sizes, plot = "memory";
  PictureArguments picture;
  std::vector<std::string> functions, lines;
  std::size_t runs = 3;
  double timeout = 0;
  std::optional<std::size_t> most;
  CLI::Option* timeout_option = nullptr;
  OutputArguments output;

  void add_to(CLI::App& app) {
    app.add_option("--n", sizes, "The sizes, separated by commas: 1e3,1e4,1e5")
        ->check(
            [](const std::string& text) { return parse_sizes(text) ? "" : "not a list of positive numbers: " + text; })
        ->required()
        ->type_name("LIST");
    app.add_option("-r,--runs", runs, "Unrecorded runs for each size")
        ->check(CLI::Range(1, 1000))
        ->type_name("R")
        ->capture_default_str();
    app.add_option("--func", functions, "Show this function and its lines; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--line", lines, "Show this line, as FILE:LINE; repeatable")
        ->check([](const std::string& text) { return parse_line(text) ? "" : "not FILE:LINE: " + text; })
        ->type_name("PLACE")
        ->allow_extra_args(false);
    timeout_option = app.add_option("-t,--timeout", timeout, "A run that takes longer is killed, and ends the sweep")
                         ->check(check_between(0.001, 1e9))
                         ->type_name("SECONDS");
    app.add_option("--most", most, "Show at most N lines; 0: all (default: 10 in text, all in json and csv)")
        ->check(check_count)
        ->type_name("N");
    picture.add_to(app, "Also write a picture", "Above the picture (default: the command)");
    CLI::Option* const out_option = app.get_option("--out");
    app.get_option("--title")->needs(out_option);
    app.add_option("--plot", plot, "What the picture shows")
        ->check(CLI::IsMember({"memory", "time"}))
        ->type_name("memory|time")
        ->needs(out_option)
        ->capture_default_str();
    output.add_to(app);
  }

  static std::optional<model::SweepLine> parse_line(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    const std::uint32_t line = parse_number<std::uint32_t>(std::string_view(text).substr(colon + 1)).value_or(0);
    if (line == 0) return std::nullopt;
    return model::SweepLine{text.substr(0, colon), line};
  }
  model::SweepRequest request() const {
    model::SweepRequest result{functions, {}};
    for (const std::string& line : lines) result.lines.push_back(*parse_line(line));
    return result;
  }
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string how_it_ended(const model::ProgramEnd& end) {
  using Kind = model::ProgramEnd::Kind;
  if (end.kind == Kind::kTimeout) return "took too long";
  return (end.kind == Kind::kSignal ? "was ended by signal " : "exited with ") + std::to_string(end.code);
}

/// All runs of all sizes. An error has been said where code() is not 0.
class Sweep {
 public:
  Sweep(const SweepArguments& arguments, const Arguments& command, std::string preload, std::string folder,
        const Streams& streams)
      : arguments_(arguments), preload_(std::move(preload)), folder_(std::move(folder)), streams_(streams) {
    model_.command = command;
    model_.n = *parse_sizes(arguments.sizes);
    model_.runs = arguments.runs;
    model_.run_seconds.resize(model_.n.size());
    rss_.resize(model_.n.size());
  }

  bool run() {
    // First all that tell RSS: the kernel counts what we held when the program began into its highest, and reading traces
    // makes us large.
    // Each size in turn: what slows the machine down for a while is then no matter of sizes.
    for (std::size_t run = 0; run < model_.runs; ++run) {
      for (std::size_t i = 0; i < model_.n.size(); ++i) {
        if (!measure_plainly(i)) return false;
      }
    }
    for (std::size_t i = 0; i < model_.n.size(); ++i) add_plain_runs(i);
    for (std::size_t i = 0; i < model_.n.size(); ++i) {
      if (!record(i)) return false;
    }
    model::finish_sweep(model_);
    return true;
  }
  const model::SweepModel& model() const { return model_; }
  int code() const { return code_; }

 private:
  RunRequest request_for(std::size_t index) const {
    RunRequest request;
    request.command = with_size(model_.command, model_.n[index]);
    if (arguments_.timeout_option->count() > 0) request.limit = std::chrono::duration<double>(arguments_.timeout);
    return request;
  }

  bool measure_plainly(std::size_t index) {
    CommandRunner runner(request_for(index), streams_);
    const std::optional<FinishedRun> finished = check(runner.run_plainly(), runner, index);
    if (!finished) return false;
    model_.run_seconds[index].push_back(finished->end.wall_seconds);
    if (finished->end.peak_rss_bytes) rss_[index] = std::max(rss_[index].value_or(0), *finished->end.peak_rss_bytes);
    return true;
  }

  void add_plain_runs(std::size_t index) {
    std::vector<model::Measured> measured;
    add(model::SubjectKind::kTime, "time", median(model_.run_seconds[index]), measured);
    if (rss_[index]) add(model::SubjectKind::kRss, "process, RSS", static_cast<double>(*rss_[index]), measured);
    model::add_measured(model_, index, measured);
  }

  static void add(model::SubjectKind kind, const char* name, double value, std::vector<model::Measured>& to) {
    model::SweepSubject subject;
    subject.kind = kind;
    subject.name = name;
    to.push_back({std::move(subject), value});
  }

  bool record(std::size_t index) {
    CommandRunner runner(request_for(index), streams_);
    const std::string trace = folder_ + "/trace.bin." + size_text(model_.n[index]);
    RunOptions options;
    options.resident = "0";
    const std::optional<FinishedRun> finished = check(runner.run_recorded(trace, preload_, options), runner, index);
    if (!finished) return false;
    if (finished->trace.empty()) {
      return failed(index, finished->missing.empty() ? "nothing was recorded" : finished->missing.front());
    }
    const ProcessChoice process = choose_process(finished->trace);
    ProfileArguments profile_arguments;
    profile_arguments.trace = process.path;
    profile_arguments.trace_given = true;
    const auto profile = open_profile(profile_arguments, streams_);
    if (!profile) return failed(index, profile.error().message);
    if (!process.others.empty()) {
      note_once(model_.notes,
                "Of several processes, the one that allocated most: " + (*profile)->common().program.executable + ".");
    }
    const Result<std::vector<model::Measured>> measured = model::measure_trace(**profile, arguments_.request());
    if (!measured) return failed(index, measured.error().message);
    model::add_measured(model_, index, *measured);
    return true;
  }

  std::optional<FinishedRun> check(std::optional<FinishedRun> finished, const CommandRunner& runner,
                                   std::size_t index) {
    if (!finished) code_ = runner.exit_code();
    if (finished && !finished->end.succeeded()) {
      failed(index, "the command " + how_it_ended(finished->end));
      return std::nullopt;
    }
    return finished;
  }
  bool failed(std::size_t index, const std::string& why) {
    code_ = fail(streams_, {ExitCode::kNothing, "n = " + size_text(model_.n[index]) + ": " + why});
    return false;
  }

  const SweepArguments& arguments_;
  const std::string preload_, folder_;
  const Streams& streams_;
  model::SweepModel model_;
  std::vector<std::optional<std::uint64_t>> rss_;  ///< of each n, the highest of its unrecorded runs
  int code_ = 0;
};

}  // namespace

int sweep_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kSweepAbout, "sweep");
  SweepArguments sweep_arguments;
  sweep_arguments.add_to(app);
  app.footer(kSweepNotes);
  Arguments command;
  if (const auto code = parse_with_command(app, arguments, streams, command)) return *code;
  if (!mentions_size(command)) {
    return fail(streams, {ExitCode::kUsage, "sweep: the command does not hold {n}, where the size is to stand"});
  }
  const Result<std::string> preload = find_preload();
  if (!preload) return fail(streams, preload.error());
  const Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder) return fail(streams, folder.error());

  Sweep sweep(sweep_arguments, command, *preload, folder->path(), streams);
  {
    streams.out.flush();
    const OutputAside aside;
    if (!sweep.run()) return sweep.code();
  }
  const OutputArguments& output = sweep_arguments.output;
  switch (output.chosen_format()) {
    case Format::kJson:
      streams.out << exporting::sweep_json(sweep.model());
      break;
    case Format::kCsv:
      streams.out << render::render_csv(views::sweep_data_view(sweep.model()));
      break;
    case Format::kText:
      write_text(streams, {views::sweep_view(sweep.model(), sweep_arguments.most.value_or(kUsualLines))}, output);
      break;
  }
  if (sweep_arguments.picture.out.empty()) return 0;
  const views::SweepChart what = sweep_arguments.plot == "time" ? views::SweepChart::kTime : views::SweepChart::kMemory;
  const auto error =
      sweep_arguments.picture.write(views::sweep_chart(sweep.model(), what, sweep_arguments.picture.title));
  return error ? fail(streams, *error) : 0;
}

}  // namespace memline::commands
