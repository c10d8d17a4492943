#include "commands/run/recorded_program.h"

#include <set>
#include <utility>

#include "commands/output_place.h"
#include "commands/run/explain_missing.h"
#include "commands/run/inspect_program.h"
#include "commands/run/sampling_run.h"
#include "commands/run/watcher.h"
#include "memline/env.h"
#include "model/descendants.h"

namespace memline::commands {
namespace {

/// Whether the program starts at all with a preload: musl's loader and AddressSanitizer's runtime end it. What comes out
/// is explained afterwards, as for every program of which nothing was recorded.
bool can_be_preloaded(const std::string& program, const std::string& search_path) {
  const Inspection inspection = inspect_program(program, search_path);
  return inspection.obstacle != Obstacle::kOtherLibc && inspection.obstacle != Obstacle::kRefusesPreloads;
}

std::vector<std::string> environment_for(const std::string& program, const std::string& search_path,
                                         std::vector<std::string> environment, const RunOptions& options,
                                         const std::string& preload) {
  if (!can_be_preloaded(program, search_path)) return environment;
  return make_environment(std::move(environment), options, preload);
}

}  // namespace

RecordedProgram::RecordedProgram(const std::vector<std::string>& command, std::vector<std::string> environment,
                                 const RunOptions& options, const std::string& preload, const TimeLimit& limit,
                                 const std::vector<sampling::CounterSpec>& counters)
    : program_(command.front()),
      search_path_(variable_or("PATH", kDefaultSearchPath)),
      max_trace_bytes_(bytes_or_no_limit(options.max_trace.value_or(variable_or(kEnvMaxTrace, "")))),
      locator_(options.out.value_or(variable_or(kEnvOut, kDefaultOut)), working_folder()),
      limit_(limit),
      start_(std::chrono::steady_clock::now()),
      child_(command, environment_for(program_, search_path_, std::move(environment), options, preload),
             group_for(limit), [&](pid_t pid) {
               if (counters.empty()) return;
               sampling_ = std::make_unique<SamplingRun>(
                   counters, locator_, sampling::CountedProcess{.pid = static_cast<std::uint32_t>(pid)}, 0,
                   max_trace_bytes_);
             }) {}

RecordedProgram::~RecordedProgram() = default;

std::vector<std::string> RecordedProgram::refused_counters() const {
  return sampling_ ? sampling_->refusals() : std::vector<std::string>();
}

AwaitedEnd RecordedProgram::await(const std::function<void(const std::string& trace)>& look_on) {
  watcher_ =
      std::make_unique<Watcher>(name_process(static_cast<std::uint32_t>(child_.pid())), locator_, max_trace_bytes_);
  bool begun = false;
  AwaitedEnd ended = await_end(child_, start_, limit_, [&] {
    if (std::exchange(begun, true)) watcher_->step();
    if (descendants_) descendants_->step();
    if (look_on && !watcher_->trace().empty()) look_on(watcher_->trace());
    return watcher_->interval();
  });
  wait_status_ = ended.wait_status;
  return ended;
}

void RecordedProgram::finish_traces() {
  if (sampling_) sampling_->finish();
  trace_ = watcher_->finish(wait_status_);
  if (!trace_.empty()) others_ = model::descendants_among(trace_, locator_.candidates());
}

std::vector<std::string> RecordedProgram::explain_missing() const {
  return commands::explain_missing(trace_, program_, search_path_);
}

std::vector<std::string> RecordedProgram::explain_missing_descendants() const {
  std::vector<std::string> traces = others_;
  if (!trace_.empty()) traces.insert(traces.begin(), trace_);
  std::set<std::string> programs = execs_of_others(traces);
  if (descendants_) programs.insert(descendants_->programs().begin(), descendants_->programs().end());
  return explain_descendants(programs, search_path_);
}

}  // namespace memline::commands
