#include "commands/repeat/command_runner.h"

#include <sys/wait.h>

#include <chrono>
#include <ostream>

#include "commands/output.h"
#include "commands/run/child_process.h"
#include "commands/run/fail_to_start.h"
#include "commands/run/recorded_program.h"

namespace memline::commands {
namespace {

/// What a shell returns for a command that was ended by a signal.
constexpr int kEndedBySignal = 128;

}  // namespace

bool CommandRunner::goes_on(int start_errno, int asked_to_end) {
  if (start_errno != 0) exit_code_ = fail_to_start(streams_, request_.command.front(), start_errno);
  if (start_errno == 0 && asked_to_end != 0) exit_code_ = kEndedBySignal + asked_to_end;
  return start_errno == 0 && asked_to_end == 0;
}

bool CommandRunner::set_up() {
  streams_.out.flush();
  if (!request_.setup) return true;
  ChildProcess child({"/bin/sh", "-c", *request_.setup}, own_environment());
  if (!goes_on(child.pid() < 0 ? child.start_errno() : 0, 0)) return false;
  const AwaitedEnd ended = await_end(child, std::chrono::steady_clock::now(), {});
  if (!goes_on(0, child.asked_to_end())) return false;
  if (ended.end.succeeded()) return true;
  exit_code_ = fail(streams_, {ExitCode::kNothing, "the setup command failed: " + *request_.setup});
  return false;
}

std::optional<FinishedRun> CommandRunner::run_plainly() {
  if (!set_up()) return std::nullopt;
  const auto start = std::chrono::steady_clock::now();
  ChildProcess child(request_.command, own_environment(), group_for(request_.limit));
  if (!goes_on(child.pid() < 0 ? child.start_errno() : 0, 0)) return std::nullopt;
  const AwaitedEnd ended = await_end(child, start, request_.limit);
  if (!goes_on(0, child.asked_to_end())) return std::nullopt;
  return FinishedRun{.end = ended.end, .trace = {}, .missing = {}};
}

std::optional<FinishedRun> CommandRunner::run_recorded(const std::string& trace, const std::string& preload,
                                                       RunOptions options) {
  if (!set_up()) return std::nullopt;
  options.out = trace;
  RecordedProgram program(request_.command, own_environment(), options, preload, request_.limit);
  if (!goes_on(program.start_errno(), 0)) return std::nullopt;
  const AwaitedEnd ended = program.await();
  program.finish_traces();
  if (!goes_on(0, program.asked_to_end())) return std::nullopt;
  return FinishedRun{.end = ended.end, .trace = program.trace(), .missing = program.explain_missing()};
}

}  // namespace memline::commands
