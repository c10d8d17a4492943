#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>

#include "base/parse_number.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/output_place.h"
#include "commands/run/run_environment.h"
#include "commands/run/sampling_run.h"
#include "commands/run/trace_locator.h"
#include "commands/run/watcher.h"
#include "commands/sidecar/observed_process.h"
#include "memline/env.h"

namespace memline::commands {
namespace {

/// What the program that waits is told. It reads until the end of the file.
class Answer {
 public:
  explicit Answer(int fd) : fd_(fd) {}
  ~Answer() { close(); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// False: nobody waits for it any more.
  bool line(std::string text) {
    text += '\n';
    return ::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

/// Watches until the end of the process, unless that does not want it.
ExitCode accompany(const ProcessName& name, Answer& answer) {
  const auto decline = [&answer](const std::string& reason) {
    answer.line(reason);
    return ExitCode::kNothing;
  };
  const auto counters = choose_counters(variable_or(kEnvCounters, ""), variable_or(kEnvResident, "") == "1");
  if (!counters) return decline(counters.error().message);
  const TraceLocator locator(variable_or(kEnvOut, kDefaultOut), working_folder());
  // no folder is to be held on to that the program's user may want to unmount
  if (::chdir("/") != 0) return decline("the folder / cannot be entered");
  const ObservedProcess process(name);
  if (!process.is_open()) return decline("the kernel has no pidfd_open, which came with Linux 5.3");
  const std::uint64_t most_bytes = bytes_or_no_limit(variable_or(kEnvMaxTrace, ""));
  Watcher watcher(name, locator, most_bytes);
  watcher.step();
  if (!watcher.is_watching()) return decline("the trace cannot be opened a second time");
  SamplingRun sampling(*counters, locator, {.pid = name.pid, .is_running = true}, watcher.last_beginning_ns(),
                       most_bytes);
  for (const std::string& refusal : sampling.refusals()) answer.line(refusal);
  if (!answer.line("ready")) {
    watcher.give_up();
    return ExitCode::kNothing;
  }
  answer.close();
  while (!process.wait(watcher.interval())) watcher.step();
  sampling.finish();
  watcher.finish(process.wait_status());
  return ExitCode::kDone;
}

}  // namespace

int sidecar_command(const Arguments& arguments, const Streams& streams) {
  const auto number = [&arguments](std::size_t index) {
    return index < arguments.size() ? parse_number<std::uint64_t>(arguments[index]) : std::nullopt;
  };
  const auto pid = number(0), start = number(1), fd = number(2);
  if (!pid || !start || !fd || arguments.size() != 3) {
    return fail(streams, {ExitCode::kUsage, "sidecar: the preload starts it; it is not for people"});
  }
  std::signal(SIGPIPE, SIG_IGN);
  Answer answer(static_cast<int>(*fd));
  return static_cast<int>(accompany({static_cast<std::uint32_t>(*pid), *start}, answer));
}

}  // namespace memline::commands
