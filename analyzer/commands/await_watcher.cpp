#include "commands/await_watcher.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/escape.h"
#include "commands/output.h"
#include "commands/run/trace_locator.h"
#include "memline/watching_lock.h"
#include "replay/process_status.h"

namespace memline::commands {
namespace {

bool is_locked(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  struct flock lock = trace::watching_lock(F_WRLCK);
  const bool locked = ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(fd);
  return locked;
}

/// The watcher of a program that runs on may take as long as that.
bool is_being_finished(const std::string& path) {
  const trace::TraceHeader header = read_trace_header(path);
  return header.magic == trace::kFileMagic && is_locked(path) && !replay::process_alive(header);
}

}  // namespace

void await_watcher(const std::string& path, const Streams& streams) {
  constexpr std::chrono::milliseconds kPause{5};
  constexpr std::chrono::seconds kPatience{5};
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (is_being_finished(path)) {
    if (std::chrono::steady_clock::now() >= limit) {
      return say(streams,
                 fmt::format("{} is still being written: its last samples may be missing", escape_control(path)));
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace memline::commands
