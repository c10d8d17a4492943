#include "commands/sample/process_memory.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "base/parse_number.h"
#include "base/proc_file.h"
#include "replay/process_status.h"

namespace memline::commands {
namespace {

/// The number that follows `key` in a file of lines such as "Pss:   12 kB".
std::uint64_t kilobytes(std::string_view text, std::string_view key) {
  const std::size_t found = text.find(std::string("\n").append(key));
  if (found == std::string_view::npos) return 0;
  text.remove_prefix(found + 1 + key.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value << 10;
}

}  // namespace

Result<std::uint64_t> read_memory(pid_t pid, MemoryMetric metric) {
  const bool rollup = metric == MemoryMetric::kPss || metric == MemoryMetric::kUss;
  const std::string path = "/proc/" + std::to_string(pid) + (rollup ? "/smaps_rollup" : "/status");
  const std::optional<std::string> text = read_proc_file(path);
  if (!text) {
    const bool gone = errno == ENOENT || errno == ESRCH;
    return Error{gone ? ExitCode::kNothing : ExitCode::kUnreadable, std::strerror(errno), path};
  }
  const std::string lines = '\n' + *text;
  // a process that has ended and waits for its parent has no memory any more
  const std::string_view key = metric == MemoryMetric::kPss   ? "Pss:"
                               : metric == MemoryMetric::kUss ? "Private_Clean:"
                                                              : "VmRSS:";
  if (lines.find(std::string("\n").append(key)) == std::string::npos) {
    return Error{ExitCode::kNothing, "the process has ended", path};
  }
  switch (metric) {
    case MemoryMetric::kRss:
    case MemoryMetric::kPss:
      return kilobytes(lines, key);
    case MemoryMetric::kUss:
      return kilobytes(lines, key) + kilobytes(lines, "Private_Dirty:");
    case MemoryMetric::kHeap:
      break;
  }
  return kilobytes(lines, "RssAnon:");
}

std::vector<pid_t> descendants_of(pid_t pid) {
  std::multimap<pid_t, pid_t> children;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  if (!folder) return {};
  while (const dirent* const entry = ::readdir(folder.get())) {
    const auto number = parse_number<pid_t>(entry->d_name);
    if (!number) continue;
    const auto state = replay::read_process_state(static_cast<std::uint32_t>(*number));
    if (state) children.emplace(static_cast<pid_t>(state->parent), *number);
  }
  std::vector<pid_t> found = {pid};
  for (std::size_t i = 0; i < found.size() && i < children.size() + 1; ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    for (auto child = first; child != last; ++child) found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

}  // namespace memline::commands
