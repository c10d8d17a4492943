/// \file The sizes of a sweep: how --n is read, and how a command line gets them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/command.h"

namespace memline::commands {

/// "1e3,2000,1e5" in rising order, each once; nullopt: there is one that is no positive number.
std::optional<std::vector<double>> parse_sizes(const std::string& text);

/// How the command line has it: "1000", not "1e3".
std::string size_text(double n);

/// The command with every "{n}" replaced.
Arguments with_size(const Arguments& command, double n);
bool mentions_size(const Arguments& command);

}  // namespace memline::commands
