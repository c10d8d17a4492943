#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>

#include "base/escape.h"
#include "commands/args.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/output_place.h"
#include "commands/run/child_process.h"
#include "commands/run/fail_to_start.h"
#include "commands/run/pack_family.h"
#include "commands/run/recorded_program.h"
#include "commands/run/run_environment.h"
#include "commands/run/sampling_run.h"
#include "commands/run/split_command.h"
#include "commands/run/trace_watch.h"
#include "memline/env.h"
#include "memline/variable_values.h"

namespace memline::commands {
namespace {

constexpr char kRunAbout[] = "Run a program and record its memory. Exits as the program does.";

constexpr char kRunNotes[] =
    "FILE may hold %p (pid), %e (program), %h (host), %r (MPI rank) and %%. An older\n"
    "trace.bin of a process that has ended is renamed to trace.bin.old. Children\n"
    "write trace.bin.PID. When the program has ended its trace is packed, and those\n"
    "of its children that have ended; see memline pack.\n"
    "\n"
    "LD_PRELOAD=libmemline.so COMMAND records the same, but for the RSS of times\n"
    "without events. Each option is then an environment variable: MEMLINE_OUT,\n"
    "MEMLINE_CHILDREN, MEMLINE_START, MEMLINE_MAX_TRACE, MEMLINE_FREE_STACKS,\n"
    "MEMLINE_UNWINDER, MEMLINE_RESIDENT, MEMLINE_COUNTERS, MEMLINE_PRIVATE.\n"
    "\n"
    "Counters: task-clock (CPU time by line), cpu-clock, page-faults, minor-faults,\n"
    "major-faults, context-switches, cpu-migrations; where the processor shows them,\n"
    "cycles, instructions, cache-references, cache-misses, branch-misses, LLC-loads,\n"
    "LLC-load-misses, dTLB-loads, dTLB-load-misses, stalled-cycles-frontend,\n"
    "stalled-cycles-backend and others that perf knows, rNNNN, device/term=value/.\n"
    "\n"
    "Exit codes: the program's own; 127 not found, 126 not executable, 2 wrong usage.";

/// Whether page faults are recorded where nothing else is asked for.
constexpr char kResidentByDefault[] = "";

/// Refuses what the variable, which the option sets, does not take.
std::function<std::string(const std::string&)> taken_by(const char* variable) {
  return [variable](const std::string& value) {
    const char* const allowed = allowed_instead(variable, value);
    return allowed == nullptr ? "" : fmt::format("'{}' is not understood; it takes {}", value, allowed);
  };
}

struct RunArguments {
  RunOptions options;
  bool no_pack = false, verbose = false, watch = false;
  std::vector<std::string> region_functions;

  void add_to(CLI::App& app) {
    app.add_option("-o,--out", options.out, "The trace to write (default trace.bin)")->type_name("FILE");
    app.add_option("--children", options.children, "Record forked and spawned processes too, or not (default all)")
        ->check(taken_by(kEnvChildren))
        ->type_name("all|none");
    app.add_option("--start", options.start, "Record only from the program's first memline_resume() on")
        ->check(taken_by(kEnvStart))
        ->type_name("paused");
    app.add_option("--max-trace", options.max_trace, "Bytes that the trace may take; K, M or G may follow")
        ->check(taken_by(kEnvMaxTrace))
        ->type_name("SIZE");
    app.add_option("--free-stacks", options.free_stacks, "0: record releases without their stacks; faster")
        ->check(taken_by(kEnvFreeStacks))
        ->type_name("0|1");
    app.add_option("--unwinder", options.unwinder, "How call stacks are taken")
        ->check(taken_by(kEnvUnwinder))
        ->type_name("memline|libunwind");
    app.add_option("--resident", options.resident,
                   "1: record every page fault, for the column Resident of report; 0: do not look at RAM at all")
        ->check(taken_by(kEnvResident))
        ->type_name("0|1");
    app.add_option("--counters", options.counters,
                   "Count these, and sample them with stacks: task-clock, page-faults, ...")
        ->type_name("LIST");
    app.add_flag("--private", options.private_trace, "Leave command line, working directory and host out of the trace");
    CLI::Option* const watch_option =
        app.add_flag("--watch", watch,
                     "Say what each span did to the memory, soon after it has ended, and whose blocks are asked for");
    app.add_option("--region-func", region_functions, "With --watch: every run of this function, too; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->needs(watch_option);
    app.add_flag("--no-pack", no_pack, "Leave the traces as they were recorded: larger, but ready at once");
    app.add_flag("--verbose", verbose, "Name the trace in the end, also where standard error is no terminal");
  }
};

/// Why no trace could be made where `out` says; "" if it can, or if only the program will know (% in a folder's name).
std::string why_not_writable(const std::string& out) {
  std::error_code no_folder;
  if (out.empty() || out.ends_with('/') || std::filesystem::is_directory(out, no_folder)) {
    return fmt::format("'{}' is no name of a file", escape_control(out));
  }
  const std::filesystem::path parent = std::filesystem::path(out).parent_path();
  const std::string folder = parent.empty() ? "." : parent.native();
  if (folder.find('%') != std::string::npos) return {};
  const int reason = why_no_file_in(folder);
  return reason == 0 ? ""
                     : fmt::format("cannot write a trace into {}: {}", escape_control(folder), std::strerror(reason));
}

/// The pattern with %e replaced by the name of the program that is started.
std::string name_program(const std::string& pattern, const std::string& program) {
  std::string name = std::filesystem::path(program).filename().string();
  for (std::size_t at = 0; (at = name.find('%', at)) != std::string::npos; at += 2) name.insert(at, 1, '%');
  std::string named;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      named += pattern[i];
    } else if (pattern[++i] == 'e') {
      named += name;
    } else {
      named += {'%', pattern[i]};
    }
  }
  return named;
}

/// The pattern as a path from the root, so that children and programs that are executed write beside the first trace
/// wherever their working directory is.
std::string bind_to_folder(const std::string& pattern) {
  if (pattern.starts_with('/')) return pattern;
  std::string bound;
  for (const char byte : working_folder()) bound.append(byte == '%' ? 2 : 1, byte);
  return bound + '/' + pattern;
}

void name_traces(const Streams& streams, const std::string& trace, const std::vector<std::string>& others) {
  const std::filesystem::path name = std::filesystem::path(trace).lexically_proximate(working_folder());
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

void explain_all_missing(const RecordedProgram& program, bool follows_children, const Streams& streams) {
  std::vector<std::string> missing = program.explain_missing();
  if (follows_children) {
    for (std::string& sentence : program.explain_missing_descendants()) {
      if (std::ranges::find(missing, sentence) == missing.end()) missing.push_back(std::move(sentence));
    }
  }
  for (const std::string& sentence : missing) say(streams, sentence);
}

}  // namespace

int run_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kRunAbout, "run");
  RunArguments run;
  run.add_to(app);
  app.footer(kRunNotes);
  Arguments command;
  if (const auto code = parse_with_command(app, arguments, streams, command)) return *code;
  const auto preload = find_preload();
  if (!preload) return fail(streams, preload.error());
  if (const auto refused = find_refused_value(make_environment(own_environment(), run.options, *preload))) {
    return fail(streams, {ExitCode::kUsage, "run: " + refused->message});
  }

  // Where the name followed each program that is started, an exec could not go on in the same trace, and children that
  // come one after the other would set each other's traces aside.
  const std::string out = name_program(run.options.out.value_or(variable_or(kEnvOut, kDefaultOut)), command.front());
  run.options.out = bind_to_folder(out);
  if (const std::string reason = why_not_writable(out); !reason.empty()) {
    return fail(streams, {ExitCode::kUsage, "run: " + reason + "; -o FILE names another place"});
  }
  const bool resident = run.options.resident.value_or(variable_or(kEnvResident, kResidentByDefault)) == "1";
  const auto counters = choose_counters(run.options.counters.value_or(variable_or(kEnvCounters, "")), resident);
  if (!counters) return fail(streams, counters.error());
  streams.out.flush();
  RecordedProgram program(command, own_environment(), run.options, *preload, {}, *counters);
  for (const std::string& refusal : program.refused_counters()) say(streams, refusal);
  if (program.start_errno() != 0) return fail_to_start(streams, command.front(), program.start_errno());
  const bool follows_children = run.options.children.value_or(variable_or(kEnvChildren, "")) != "none";
  if (follows_children) program.watch_descendants();
  std::optional<TraceWatch> watch;
  std::function<void(const std::string& trace)> look_on;
  if (run.watch) {
    watch.emplace(run.region_functions, !counters->empty(), streams);
    look_on = [&watch](const std::string& trace) { watch->follow(trace); };
  }
  const int status = program.await(look_on).wait_status;
  // Now the program has ended so, and nothing that we do or cannot do changes it.
  const auto attempt = [&streams](const auto& step) {
    try {
      step();
    } catch (const std::exception&) {
      fail_by_exception(streams);
    }
  };
  attempt([&] { program.finish_traces(); });
  if (watch) attempt([&] { watch->finish(program.trace()); });
  attempt([&] { explain_all_missing(program, follows_children, streams); });
  if (!program.trace().empty() && !run.no_pack) {
    attempt([&] {
      std::vector<std::string> family = {program.trace()};
      family.insert(family.end(), program.others().begin(), program.others().end());
      pack_family(family, streams);
    });
  }
  if (!program.trace().empty() && (run.verbose || streams.terminal.err_is_terminal)) {
    attempt([&] { name_traces(streams, program.trace(), program.others()); });
  }
  end_like(status);
}

}  // namespace memline::commands
