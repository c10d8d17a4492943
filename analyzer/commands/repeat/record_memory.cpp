#include "commands/repeat/record_memory.h"

#include "commands/output.h"
#include "commands/repeat/measure_trace.h"
#include "commands/repeat/temporary_folder.h"
#include "commands/run/run_environment.h"
#include "views/runs_view.h"

namespace memline::commands {

int record_memory(CommandRunner& runner, const RepeatArguments& options, const Streams& streams,
                  std::optional<model::RunMemory>& memory, std::vector<std::string>& notes) {
  const auto preload = find_preload();
  if (!preload) return fail(streams, preload.error());
  const auto folder = TemporaryFolder::make();
  if (!folder) return fail(streams, folder.error());
  const auto run = runner.run_recorded(folder->path() + "/run.bin", *preload);
  if (!run) return runner.exit_code();
  for (const std::string& sentence : run->missing) note_once(notes, sentence);
  if (!options.counts(run->end)) {
    say(streams, "the recorded run " + views::describe_end(run->end));
    return static_cast<int>(ExitCode::kNothing);
  }
  // of a program that was not recorded there are the times alone, and the sentences say why
  if (run->trace.empty() || !run->missing.empty()) return 0;
  const auto measured = measure_trace(run->trace, {}, notes);
  if (!measured) return fail(streams, measured.error());
  memory = *measured;
  return 0;
}

}  // namespace memline::commands
