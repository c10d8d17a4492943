#include "memory_group.h"

#include "process_info.h"
#include "text.h"

namespace memline::capture {
namespace {

/// What no limit reads as in version 1 is not much less than 2^63, whatever the size of a page.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;

/// Takes what is before the next `mark` off `text`, and the mark.
std::string_view take_until(char mark, std::string_view& text) noexcept {
  const std::size_t end = text.find(mark);
  const std::string_view taken = cut_text(text, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

bool is_listed(std::string_view word, std::string_view list) noexcept {
  while (!list.empty()) {
    if (take_until(',', list) == word) return true;
  }
  return false;
}

std::uint64_t limit_of(std::string_view digits) noexcept {
  std::uint64_t limit = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return UINT64_MAX;
    limit = limit * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return digits.empty() || limit >= kNoLimit ? UINT64_MAX : limit;
}

/// The contents of FOLDER GROUP/NAME.
std::string_view read_group(std::string_view folder, std::string_view group, std::string_view name, char* text,
                            std::size_t capacity) noexcept {
  PathText path;
  path.add(folder);
  path.add(group);
  path.add('/');
  path.add(name);
  return {text, path.cut() ? 0 : read_whole(path.c_str(), text, capacity)};
}

}  // namespace

MemoryGroup memory_group_of(std::string_view cgroups) noexcept {
  MemoryGroup found;
  while (!cgroups.empty()) {
    std::string_view path =
        take_until('\n', cgroups);  // "4:cpu,memory:/path" or "0::/path", whose path may hold anything
    const std::string_view number = take_until(':', path);
    const std::string_view controllers = take_until(':', path);
    if (is_listed("memory", controllers)) return {path, true};
    if (number == "0" && controllers.empty()) found = {path, false};
  }
  return found;
}

std::uint64_t hierarchical_limit(std::string_view stat) noexcept {
  while (!stat.empty()) {
    std::string_view value = take_until('\n', stat);
    if (take_until(' ', value) == "hierarchical_memory_limit") return limit_of(value);
  }
  return UINT64_MAX;
}

std::uint64_t own_limit(std::string_view max) noexcept {
  return limit_of(take_until('\n', max));
}

std::uint64_t memory_group_limit() noexcept {
  constexpr std::string_view kFolder = "/sys/fs/cgroup";
  char groups[2048];
  char text[1024];
  const MemoryGroup own = memory_group_of({groups, read_whole("/proc/self/cgroup", groups, sizeof groups)});
  if (own.path.empty()) return UINT64_MAX;
  if (own.version_1) {
    return hierarchical_limit(read_group("/sys/fs/cgroup/memory", own.path, "memory.stat", text, sizeof text));
  }
  std::uint64_t least = UINT64_MAX;
  for (std::string_view group = own.path;; group = cut_text(group, group.rfind('/'))) {
    const std::uint64_t limit = own_limit(read_group(kFolder, group, "memory.max", text, sizeof text));
    if (limit < least) least = limit;
    if (group.size() <= 1) return least;
  }
}

}  // namespace memline::capture
