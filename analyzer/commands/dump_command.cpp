#include <CLI/CLI.hpp>

#include "base/escape.h"
#include "commands/args.h"
#include "commands/await_watcher.h"
#include "commands/command.h"
#include "commands/dump.h"
#include "commands/output.h"
#include "memline/env.h"

namespace memline::commands {
namespace {

constexpr char kDumpAbout[] =
    "Print every record of a trace, one a line, in the order of time. TRACE is\n"
    "trace.bin unless it is given.";

constexpr char kDumpNotes[] =
    "Each line: seconds since the start of the program, the lane and the thread that\n"
    "wrote the record, the record's name and its fields. Names are those of\n"
    "include/memline/trace_format.h; sizes are in bytes.\n"
    "\n"
    "Exit codes: 0 done, 2 wrong usage, 3 the trace is unreadable or damaged (what\n"
    "can be read is printed).";

}  // namespace

int dump_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kDumpAbout, "dump");
  std::string trace = kDefaultOut;
  app.add_option("TRACE", trace, "The recording to read")->capture_default_str();
  app.footer(kDumpNotes);
  if (const auto code = parse(app, "[TRACE]", arguments, streams)) return *code;
  await_watcher(trace, streams);
  const auto code = dump(trace, streams.out);
  if (!code) return fail(streams, code.error());
  if (*code == ExitCode::kUnreadable) say(streams, escape_control(trace) + ": damaged; printed is what could be read");
  return static_cast<int>(*code);
}

}  // namespace memline::commands
