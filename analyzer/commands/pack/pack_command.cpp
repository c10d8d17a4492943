#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/escape.h"
#include "commands/args.h"
#include "commands/await_watcher.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/pack/pack_file.h"
#include "memline/env.h"
#include "trace/byte_source.h"

namespace memline::commands {
namespace {

constexpr char kPackAbout[] =
    "Make a trace smaller, by a factor of 2 to 70. Every command reads a packed trace\n"
    "like a raw one. memline run does this by itself.";

constexpr char kPackNotes[] =
    "The packed trace replaces TRACE once it is complete and checked; on any trouble\n"
    "TRACE stays as it is. The trace of a running process is refused.\n"
    "\n"
    "Exit codes: 0 done, 2 wrong usage, 3 the trace cannot be read, or the packed one\n"
    "cannot be written.";

}  // namespace

int pack_command(const Arguments& arguments, const Streams& streams) {
  CLI::App app(kPackAbout, "pack");
  std::string trace = kDefaultOut, out;
  app.add_option("TRACE", trace, "The recording to pack")->capture_default_str();
  app.add_option("-o,--out", out, "Write the packed trace here, and leave TRACE as it is")->type_name("FILE");
  app.footer(kPackNotes);
  if (const auto code = parse(app, "[TRACE] [-o FILE]", arguments, streams)) return *code;
  await_watcher(trace, streams);
  const auto file = trace::open_file_source(trace);
  if (file && out.empty() && trace::pack::is_packed(**file)) {
    say(streams, escape_control(trace) + " is packed already");
    return static_cast<int>(ExitCode::kDone);
  }
  const auto sizes = pack_file(trace, out);
  if (!sizes) return fail(streams, sizes.error());
  say(streams, fmt::format("{}: {} bytes of records in {} bytes", escape_control(out.empty() ? trace : out),
                           sizes->raw_bytes, sizes->packed_bytes));
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace memline::commands
