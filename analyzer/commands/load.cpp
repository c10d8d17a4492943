#include "commands/load.h"

#include <fmt/format.h>

#include <utility>

#include "base/escape.h"
#include "commands/await_watcher.h"
#include "commands/cache_choice.h"
#include "commands/output.h"
#include "commands/process_family.h"
#include "commands/run/run_environment.h"
#include "memline/env.h"

namespace memline::commands {

Result<std::unique_ptr<model::Profile>> open_profile(ProfileArguments& arguments, const Streams& streams) {
  await_watcher(arguments.trace, streams);  // of the first process, who writes to its children's traces, too
  if (!arguments.trace_given && !arguments.options.image) {
    const ProcessChoice choice = choose_process(arguments.trace);
    if (choice.path != arguments.trace) {
      std::string others;
      for (const std::string& other : choice.others) others += (others.empty() ? "" : ", ") + other;
      say(streams,
          escape_control(fmt::format("showing {}, whose process allocated most; beside it: {}", choice.path, others)));
      arguments.trace = choice.path;
    }
  }
  if (const std::string cache = variable_or(kEnvCache, ""); !arguments.no_cache && is_cache_misunderstood(cache)) {
    say(streams,
        escape_control(fmt::format("{}={} is not understood, nothing is kept; it takes an absolute path, or none",
                                   kEnvCache, cache)));
  }
  model::ProfileOptions options = arguments.profile_options();
  arguments.progress = std::make_unique<ProgressBar>(streams.err, streams.terminal.err_is_terminal);
  options.progress = arguments.progress.get();
  auto profile = model::Profile::open(arguments.trace, std::move(options));
  if (profile && arguments.verbose) {
    for (const std::string& rule : (*profile)->own_rules()) say(streams, escape_control(rule));
  }
  return profile;
}

}  // namespace memline::commands
