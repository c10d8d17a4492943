#include "commands/run/pack_family.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <set>

#include "base/escape.h"
#include "commands/output.h"
#include "commands/pack/pack_file.h"
#include "replay/process_status.h"
#include "trace/lane_reader.h"
#include "trace/trace_file.h"

namespace memline::commands {
namespace {

struct Member {
  std::string path;
  trace::TraceHeader header{};
  std::uint32_t parent = 0;
};

/// Reads the first records only; no path where that fails.
Member read_member(const std::string& path) {
  const auto file = trace::TraceFile::open(path);
  if (!file || (*file)->images().empty()) return {};
  Member member{path, (*file)->header(), 0};
  for (const trace::LaneBlocks& lane : (*file)->lanes((*file)->images().front())) {
    trace::LaneReader reader(**file, lane, {}, nullptr);
    if (!reader.has_record() || reader.type() != trace::RecordType::kImageStart) continue;
    reader.take([&]<class Record>(const Record& record) {
      if constexpr (std::is_same_v<Record, trace::ImageStart>) member.parent = record.parent_pid;
    });
    return member;
  }
  return {};
}

/// A key or a hang-up that ChildProcess holds back: what comes after the program shall not keep the user waiting.
bool wants_to_end() {
  sigset_t waiting;
  ::sigpending(&waiting);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
    if (::sigismember(&waiting, signal) == 1) return true;
  }
  return false;
}

bool may_pack(const Member& member) {
  const std::uint32_t watcher = member.header.watcher_pid;
  return !replay::process_alive(member.header) && (watcher == 0 || watcher == static_cast<std::uint32_t>(::getpid()));
}

}  // namespace

void pack_family(const std::string& trace, const std::vector<std::string>& later, const Streams& streams) {
  std::vector<Member> strangers, family = {read_member(trace)};
  if (family.front().path.empty()) return;
  for (const std::string& path : later) strangers.push_back(read_member(path));
  // every round may find children of those that the last one found
  for (std::size_t known = 0; known < family.size(); ++known) {
    for (Member& stranger : strangers) {
      if (stranger.path.empty() || stranger.parent != family[known].header.pid ||
          stranger.header.process_start < family[known].header.process_start) {
        continue;
      }
      Member found = std::move(stranger);
      stranger = {};
      family.push_back(std::move(found));
    }
  }
  for (const Member& member : family) {
    if (wants_to_end()) return;
    if (!may_pack(member)) continue;
    const auto sizes = pack_file(member.path, "", wants_to_end);
    if (sizes || wants_to_end()) continue;
    const Error& error = sizes.error();
    say(streams, escape_control(fmt::format("{} stays unpacked: {}: {}", member.path, error.path, error.message)));
  }
}

}  // namespace memline::commands
