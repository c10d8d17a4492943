#include "commands/run/fail_to_start.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/escape.h"
#include "commands/output.h"
#include "commands/run/inspect_program.h"
#include "commands/run/run_environment.h"

namespace memline::commands {

int fail_to_start(const Streams& streams, const std::string& program, int reason) {
  const Inspection inspection = inspect_program(program, variable_or("PATH", kDefaultSearchPath));
  // only these two say more than errno does
  const bool known = inspection.obstacle == Obstacle::kNotFound || inspection.obstacle == Obstacle::kOtherMachine;
  say(streams, fmt::format("cannot run {}: {}", escape_control(inspection.path.empty() ? program : inspection.path),
                           known && reason != EACCES ? inspection.reason : std::strerror(reason)));
  constexpr int kNotFound = 127, kNotExecutable = 126;
  return reason == ENOENT ? kNotFound : kNotExecutable;
}

}  // namespace memline::commands
