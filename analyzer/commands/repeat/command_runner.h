/// \file CommandRunner: runs a command as often as asked, each time as a fresh process, recorded or not.
///
/// What the program writes is left alone. Signals that reach us while it runs go to it; one that asks to end also ends
/// the series. One thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/command.h"
#include "commands/run/await_end.h"
#include "commands/run/run_environment.h"
#include "model/program_end.h"

namespace memline::commands {

struct RunRequest {
  Arguments command;
  TimeLimit limit;                   ///< of one run; then it is killed with all of its process group
  std::optional<std::string> setup;  ///< a shell command, run before each run, which is not counted
};

/// One run that took place.
struct FinishedRun {
  model::ProgramEnd end;
  std::string trace;                 ///< of a recorded run; "": there is none
  std::vector<std::string> missing;  ///< what of it was not recorded, and why, in sentences
};

class CommandRunner {
 public:
  CommandRunner(RunRequest request, const Streams& streams) : request_(std::move(request)), streams_(streams) {}

  /// nullopt: the series is over. It could not be run, which has been said, or somebody asked to end; exit_code() is
  /// what to return then.
  std::optional<FinishedRun> run_plainly();
  /// Into a trace of this path. Its descendants' traces lie beside it, as choose_process() looks for them.
  std::optional<FinishedRun> run_recorded(const std::string& trace, const std::string& preload,
                                          RunOptions options = {});
  int exit_code() const { return exit_code_; }

 private:
  bool set_up();
  /// Whether the program started, and nobody asked it and us to end.
  bool goes_on(int start_errno, int asked_to_end);

  RunRequest request_;
  const Streams& streams_;
  int exit_code_ = 0;
};

}  // namespace memline::commands
