/// \file parse_with_command(): command lines that end in the command line of a program.
#pragma once

#include <cstdint>
#include <optional>

#include "commands/command.h"

namespace CLI {
class App;
}

namespace memline::commands {

enum class CommandNeed : std::uint8_t { kRequired, kOptional };

/// Parses the options before the program's command, and puts that into `command`: what stands after `--`, or begins with
/// the first argument that is neither an option nor its value. Returns as parse() does; a missing command is wrong usage
/// unless it is optional.
std::optional<int> parse_with_command(CLI::App& app, const Arguments& arguments, const Streams& streams,
                                      Arguments& command, CommandNeed need = CommandNeed::kRequired);

}  // namespace memline::commands
