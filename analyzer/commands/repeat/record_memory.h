/// \file record_memory(): one recorded run beside those that were timed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/repeat/command_runner.h"
#include "commands/repeat/repeat_arguments.h"
#include "model/repeated_runs.h"

namespace memline::commands {

/// Runs the program once more, recorded, and puts what it held into `memory`. Returns 0, or the exit code where that
/// could not be found out, which has been said. Where the runner's exit code is not 0 the series is over.
int record_memory(CommandRunner& runner, const RepeatArguments& options, const Streams& streams,
                  std::optional<model::RunMemory>& memory, std::vector<std::string>& notes);

}  // namespace memline::commands
