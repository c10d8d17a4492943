#include "commands/run/pack_family.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>

#include "base/escape.h"
#include "commands/output.h"
#include "commands/pack/pack_file.h"
#include "commands/run/trace_locator.h"
#include "replay/process_status.h"

namespace memline::commands {
namespace {

/// A key or a hang-up that ChildProcess holds back: what comes after the program shall not keep the user waiting.
bool wants_to_end() {
  sigset_t waiting;
  ::sigpending(&waiting);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
    if (::sigismember(&waiting, signal) == 1) return true;
  }
  return false;
}

bool may_pack(const trace::TraceHeader& header) {
  if (header.magic != trace::kFileMagic || header.claimed_blocks == 0 || replay::process_alive(header)) return false;
  return header.watcher_pid == 0 || header.watcher_pid == static_cast<std::uint32_t>(::getpid());
}

}  // namespace

void pack_family(const std::vector<std::string>& traces, const Streams& streams) {
  for (const std::string& path : traces) {
    if (wants_to_end()) return;
    if (!may_pack(read_trace_header(path))) continue;
    const auto sizes = pack_file(path, "", wants_to_end);
    if (sizes || wants_to_end()) continue;
    const Error& error = sizes.error();
    say(streams, escape_control(fmt::format("{} stays unpacked: {}: {}", path, error.path, error.message)));
  }
}

}  // namespace memline::commands
