#include "commands/run/trace_locator.h"

#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include <utility>

#include "replay/process_status.h"

namespace memline::commands {
namespace {

bool is_trace(const trace::TraceHeader& header) {
  return header.magic == trace::kFileMagic;
}

/// MEMLINE_OUT as a pattern: every % escape may have become anything.
std::string glob_pattern(const std::string& out) {
  std::string pattern;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '%' && i + 1 < out.size()) {
      ++i;
      pattern += out[i] == '%' ? "%" : "*";
    } else {
      if (std::string_view("*?[\\").find(out[i]) != std::string_view::npos) pattern += '\\';
      pattern += out[i];
    }
  }
  return pattern;
}

void add_matches(const std::string& pattern, std::vector<std::string>& paths) {
  glob_t found{};
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    paths.insert(paths.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
}

}  // namespace

ProcessName name_process(std::uint32_t pid) {
  return {pid, replay::read_process_state(pid).value_or(replay::ProcessState{}).start};
}

trace::TraceHeader read_trace_header(const std::string& path) {
  trace::TraceHeader header{};
  // a fifo of that name must not hold us up
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return header;
  if (::pread(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) header = {};
  ::close(fd);
  return header;
}

TraceLocator::TraceLocator(const std::string& out, const std::string& folder)
    : pattern_(out.starts_with('/') ? glob_pattern(out) : glob_pattern(folder + '/') + glob_pattern(out)) {}

std::vector<std::string> TraceLocator::candidates() const {
  std::vector<std::string> paths;
  add_matches(pattern_, paths);
  add_matches(pattern_ + ".[0-9]*", paths);
  return paths;
}

std::string TraceLocator::find(const ProcessName& process) const {
  for (std::string& path : candidates()) {
    const trace::TraceHeader header = read_trace_header(path);
    if (is_trace(header) && header.pid == process.pid && header.process_start == process.start) return std::move(path);
  }
  return {};
}

}  // namespace memline::commands
