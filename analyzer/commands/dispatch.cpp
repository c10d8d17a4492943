#include <fmt/format.h>

#include <array>
#include <exception>
#include <ostream>

#include "base/result.h"
#include "commands/command.h"
#include "commands/output.h"

namespace memline::commands {
namespace {

constexpr std::array kCommands = {
    Command{"run", "Run a program and record its memory into trace.bin", run_command},
    Command{"report", "Show functions line by line: memory in use, increment, peak", report_command},
    Command{"top", "Show the source lines that own the most memory", top_command},
    Command{"heap", "Show what was live at the peak, at the end, at a time or a mark", heap_command},
    Command{"summary", "Show the totals of a program", summary_command},
    Command{"plot", "Draw memory over time, in the terminal or as a picture", plot_command},
    Command{"regions", "Show what each span, or each run of a function, did to the memory", regions_command},
    Command{"memit", "Run a program some times: its peak memory", memit_command},
    Command{"time", "Run a program: its times, and its peak memory", time_command},
    Command{"timeit", "Run a program many times: mean and deviation of its time", timeit_command},
    Command{"sample", "Watch the memory of any process from outside", sample_command},
    Command{"peak", "Print the most memory in use, of a program or a function", peak_command},
    Command{"sweep", "Show how memory and time grow with the size of the input", sweep_command},
    Command{"pack", "Make a trace smaller", pack_command},
    Command{"dump", "Print the records of a trace", dump_command},
    Command{"sidecar", "", sidecar_command},
};

std::string help_text() {
  std::string text =
      "memline tells which source line of a program uses the memory, and when.\n"
      "\n"
      "Usage: memline COMMAND [OPTIONS]\n"
      "       memline --help | --version\n"
      "\n"
      "Commands:\n";
  for (const Command& command : kCommands) {
    if (!command.summary.empty()) text += fmt::format("  {:<10}{}\n", command.name, command.summary);
  }
  return text +
         "\n"
         "`memline COMMAND --help` explains a command, its options and its columns.\n"
         "\n"
         "First steps:\n"
         "  memline run ./app ARGS     or: LD_PRELOAD=libmemline.so ./app ARGS\n"
         "  memline report             the hottest functions, line by line\n"
         "  memline report --func NAME\n"
         "  memline top\n";
}

int usage_error(const Streams& streams, const std::string& message) {
  streams.err << "memline: " << message << "; see memline --help\n";
  return static_cast<int>(ExitCode::kUsage);
}

}  // namespace

std::span<const Command> all_commands() {
  return kCommands;
}

int dispatch(const Arguments& arguments, const Streams& streams) {
  if (arguments.empty()) return usage_error(streams, "no command given");
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    // `memline help COMMAND` is what people type first
    if (arguments.size() > 1 && name == "help") return dispatch({arguments[1], "--help"}, streams);
    streams.out << help_text();
    return static_cast<int>(ExitCode::kDone);
  }
  if (name == "--version") {
    streams.out << "memline " << MEMLINE_VERSION << '\n';
    return static_cast<int>(ExitCode::kDone);
  }
  for (const Command& command : kCommands) {
    if (command.name != name) continue;
    try {
      return command.run({arguments.begin() + 1, arguments.end()}, streams);
    } catch (const std::exception&) {
      return fail_by_exception(streams);
    }
  }
  return usage_error(streams, fmt::format("unknown {} '{}'", name.starts_with('-') ? "option" : "command", name));
}

}  // namespace memline::commands
