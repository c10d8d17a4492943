/// \file RepeatArguments: the options that the commands which run a program several times share, and where their result
/// goes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/repeat/command_runner.h"
#include "model/program_end.h"

namespace CLI {
class App;
}

namespace memline::commands {

struct RepeatArguments {
  std::optional<double> timeout_seconds;
  std::optional<std::string> setup, out;
  std::string format = "text";
  bool ignore_failure = false;

  void add_to(CLI::App& app);
  RunRequest request(Arguments command) const;
  bool wants_json() const { return format == "json"; }
  /// Whether a run that ended so did what it was to do.
  bool counts(const model::ProgramEnd& end) const;
  /// Writes the result to --out or to standard output. Returns an exit code other than 0 where that failed.
  int write(const Streams& streams, const std::string& text) const;
};

/// Lines, each with its end.
std::string join_lines(const std::vector<std::string>& lines);

/// Checks what -r and the like are given: "" for a whole number from 1 on.
std::string check_positive(const std::string& text);

}  // namespace memline::commands
