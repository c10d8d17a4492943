#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <ostream>

#include "base/escape.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/run/child_process.h"
#include "commands/run/explain_missing.h"
#include "commands/run/inspect_program.h"
#include "commands/run/pack_family.h"
#include "commands/run/run_environment.h"
#include "commands/run/watcher.h"
#include "memline/env.h"
#include "model/descendants.h"

namespace memline::commands {
namespace {

constexpr char kAbout[] = "Run a program and record its memory. Exits as the program does.";

constexpr char kNotes[] =
    "FILE may hold %p (pid), %e (program), %h (host), %r (MPI rank) and %%. An older\n"
    "trace.bin of a process that has ended is renamed to trace.bin.old. Children\n"
    "write trace.bin.PID. When the program has ended its trace is packed, and those\n"
    "of its children that have ended; see memline pack.\n"
    "\n"
    "LD_PRELOAD=libmemline.so COMMAND records the same, but for the RSS of times\n"
    "without events. Each option is then an environment variable: MEMLINE_OUT,\n"
    "MEMLINE_CHILDREN, MEMLINE_START, MEMLINE_MAX_TRACE, MEMLINE_FREE_STACKS,\n"
    "MEMLINE_UNWINDER, MEMLINE_RESIDENT, MEMLINE_PRIVATE.\n"
    "\n"
    "Exit codes: the program's own; 127 not found, 126 not executable, 2 wrong usage.";

struct RunArguments {
  RunOptions options;
  bool no_pack = false, verbose = false;

  void add_to(CLI::App& app) {
    app.add_option("-o,--out", options.out, "The trace to write (default trace.bin)")->type_name("FILE");
    app.add_option("--children", options.children, "Record forked and spawned processes too, or not (default all)")
        ->check(CLI::IsMember({"all", "none"}))
        ->type_name("all|none");
    app.add_option("--start", options.start, "Record only from the program's first memline_resume() on")
        ->check(CLI::IsMember({"paused"}))
        ->type_name("paused");
    app.add_option("--max-trace", options.max_trace, "Bytes that the trace may take; K, M or G may follow")
        ->check([](const std::string& text) {
          return parse_size(text) ? std::string() : "not a size such as 64M: " + text;
        })
        ->type_name("SIZE");
    app.add_option("--free-stacks", options.free_stacks, "0: record releases without their stacks; faster")
        ->check(CLI::IsMember({"0", "1"}))
        ->type_name("0|1");
    app.add_option("--unwinder", options.unwinder, "How call stacks are taken")
        ->check(CLI::IsMember({"memline", "libunwind"}))
        ->type_name("memline|libunwind");
    app.add_option("--resident", options.resident, "0: do not look at which pages are in RAM")
        ->check(CLI::IsMember({"0"}))
        ->type_name("0");
    app.add_flag("--private", options.private_trace, "Leave command line, working directory and host out of the trace");
    app.add_flag("--no-pack", no_pack, "Leave the traces as they were recorded: larger, but ready at once");
    app.add_flag("--verbose", verbose, "Name the trace in the end, also where standard error is no terminal");
  }
};

/// Where the profiled command begins: after `--`, or at the first argument that is neither an option nor its value.
std::size_t command_position(const CLI::App& app, const Arguments& arguments) {
  std::size_t i = 0;
  while (i < arguments.size() && arguments[i] != "--" && arguments[i].starts_with('-')) {
    const CLI::Option* const option = app.get_option_no_throw(arguments[i]);
    i += option != nullptr && option->get_items_expected_max() > 0 ? 2 : 1;
  }
  return std::min(i, arguments.size());
}

std::string variable_or(const char* name, std::string otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : std::move(otherwise);
}

std::vector<std::string> own_environment() {
  std::vector<std::string> environment;
  for (char** entry = ::environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

/// Why no trace could be made where `out` says; "" if it can, or if only the program will know (% in a folder's name).
std::string why_not_writable(const std::string& out) {
  const std::filesystem::path parent = std::filesystem::path(out).parent_path();
  const std::string folder = parent.empty() ? "." : parent.native();
  if (folder.find('%') != std::string::npos) return {};
  std::error_code error;
  const auto status = std::filesystem::status(folder, error);
  const int reason = std::filesystem::exists(status) && !std::filesystem::is_directory(status) ? ENOTDIR
                     : ::access(folder.c_str(), W_OK | X_OK) != 0                              ? errno
                                                                                               : 0;
  return reason == 0 ? ""
                     : fmt::format("cannot write a trace into {}: {}", escape_control(folder), std::strerror(reason));
}

int fail_to_start(const Streams& streams, const std::string& program, const std::string& search_path, int reason) {
  const Inspection inspection = inspect_program(program, search_path);
  // only these two say more than errno does
  const bool known = inspection.obstacle == Obstacle::kNotFound || inspection.obstacle == Obstacle::kOtherMachine;
  say(streams, fmt::format("cannot run {}: {}", escape_control(inspection.path.empty() ? program : inspection.path),
                           known && reason != EACCES ? inspection.reason : std::strerror(reason)));
  constexpr int kNotFound = 127, kNotExecutable = 126;
  return reason == ENOENT ? kNotFound : kNotExecutable;
}

/// Whether the program starts at all with a preload: musl's loader and AddressSanitizer's runtime end it. What comes out
/// is explained afterwards, as for every program of which nothing was recorded.
bool can_be_preloaded(const std::string& program, const std::string& search_path) {
  const Inspection inspection = inspect_program(program, search_path);
  return inspection.obstacle != Obstacle::kOtherLibc && inspection.obstacle != Obstacle::kRefusesPreloads;
}

void name_traces(const Streams& streams, const std::string& trace, const std::vector<std::string>& others) {
  const std::filesystem::path name = std::filesystem::path(trace).lexically_proximate(std::filesystem::current_path());
  say(streams, fmt::format("recorded into {}; see it with: memline report{}", escape_control(name.native()),
                           name == kDefaultOut ? "" : ' ' + escape_control(name.native())));
  if (others.empty()) return;
  std::string list;
  constexpr std::size_t kMostNamed = 5;
  for (std::size_t i = 0; i < others.size() && i < kMostNamed; ++i) {
    list += ' ' + std::filesystem::path(others[i]).filename().native();
  }
  say(streams, fmt::format("its children: {}{}", escape_control(list.substr(1)),
                           others.size() > kMostNamed ? fmt::format(" and {} more", others.size() - kMostNamed) : ""));
}

}  // namespace

int run_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kAbout, "run");
  RunArguments run;
  run.add_to(app);
  app.footer(kNotes);
  const std::size_t position = command_position(app, arguments);
  const auto split = arguments.begin() + static_cast<std::ptrdiff_t>(position);
  if (const auto code = parse(app, "[OPTIONS] [--] COMMAND [ARGUMENTS]", {arguments.begin(), split}, streams))
    return *code;
  Arguments command(split, arguments.end());
  if (!command.empty() && command.front() == "--") command.erase(command.begin());
  if (command.empty()) return fail(streams, {ExitCode::kUsage, "run: no command given; see memline run --help"});
  const auto preload = find_preload();
  if (!preload) return fail(streams, preload.error());

  const std::string search_path = variable_or("PATH", "/bin:/usr/bin");
  const std::string out = run.options.out.value_or(variable_or(kEnvOut, kDefaultOut));
  if (const std::string reason = why_not_writable(out); !reason.empty()) {
    return fail(streams, {ExitCode::kUsage, "run: " + reason + "; -o FILE names another place"});
  }
  const std::string max_trace = run.options.max_trace.value_or(variable_or(kEnvMaxTrace, ""));
  const TraceLocator locator(out, std::filesystem::current_path().native());
  streams.out.flush();
  std::vector<std::string> environment = own_environment();
  if (can_be_preloaded(command.front(), search_path)) {
    environment = make_environment(std::move(environment), run.options, *preload);
  }
  ChildProcess child(command, environment);
  if (child.pid() < 0) return fail_to_start(streams, command.front(), search_path, child.start_errno());

  const ProcessName process = name_process(static_cast<std::uint32_t>(child.pid()));
  Watcher watcher(process, locator, parse_size(max_trace).value_or(0));
  std::optional<int> status;
  while (!(status = child.wait(watcher.interval()))) watcher.step();
  const std::string trace = watcher.finish(*status);

  for (const std::string& sentence : explain_missing(trace, command.front(), search_path)) say(streams, sentence);
  const std::vector<std::string> others =
      trace.empty() ? std::vector<std::string>() : model::descendants_among(trace, locator.candidates());
  if (!trace.empty() && !run.no_pack) {
    std::vector<std::string> family = {trace};
    family.insert(family.end(), others.begin(), others.end());
    pack_family(family, streams);
  }
  if (!trace.empty() && (run.verbose || streams.terminal.err_is_terminal)) {
    name_traces(streams, trace, others);
  }
  end_like(*status);
}

}  // namespace memline::commands
