#include "commands/run/split_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>

#include "commands/args.h"
#include "commands/output.h"

namespace memline::commands {
namespace {

std::size_t command_position(const CLI::App& app, const Arguments& arguments) {
  std::size_t i = 0;
  while (i < arguments.size() && arguments[i] != "--" && arguments[i].starts_with('-')) {
    const CLI::Option* const option = app.get_option_no_throw(arguments[i]);
    i += option != nullptr && option->get_items_expected_max() > 0 ? 2 : 1;
  }
  return std::min(i, arguments.size());
}

}  // namespace

std::optional<int> parse_with_command(CLI::App& app, const Arguments& arguments, const Streams& streams,
                                      Arguments& command, CommandNeed need) {
  const auto split = arguments.begin() + static_cast<std::ptrdiff_t>(command_position(app, arguments));
  const bool required = need == CommandNeed::kRequired;
  const char* const usage = required ? "[OPTIONS] [--] COMMAND [ARGUMENTS]" : "[OPTIONS] [[--] COMMAND [ARGUMENTS]]";
  if (const auto code = parse(app, usage, {arguments.begin(), split}, streams)) return code;
  command.assign(split, arguments.end());
  if (!command.empty() && command.front() == "--") command.erase(command.begin());
  if (!command.empty() || !required) return std::nullopt;
  const std::string name = app.get_name();
  return fail(streams, {ExitCode::kUsage, name + ": no command given; see memline " + name + " --help"});
}

}  // namespace memline::commands
