#include "ancestors.h"

#include "memory_maps.h"
#include "process_info.h"
#include "sys.h"
#include "text.h"

namespace memline::capture {
namespace {

using FileText = Text<64>;

constexpr std::size_t kLineBytes = 4096 + 512;  // a path and the fields before it

const char kInThisLibrary = 0;

/// Calls `visit` with each mapping of a process until it returns true. False: it never did.
template <class Visit>
bool any_mapping(const char* maps_path, const Visit& visit) noexcept {
  const int fd = sys::open(maps_path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char buffer[kLineBytes];
  MemoryMaps lines(fd, buffer, sizeof buffer);
  bool found = false;
  for (MapLine line; !found && lines.next(line);) found = visit(line);
  sys::close(fd);
  return found;
}

/// Device and inode of this library.
bool find_own_file(FileText& out) noexcept {
  const auto own = reinterpret_cast<std::uint64_t>(&kInThisLibrary);
  return any_mapping("/proc/self/maps", [&](const MapLine& line) {
    if (own < line.begin || own >= line.end) return false;
    out.add(line.file);
    return true;
  });
}

bool has_mapped(std::uint32_t pid, const FileText& file) noexcept {
  Text<64> path;
  path.add("/proc/");
  path.add_number(pid);
  path.add("/maps");
  return any_mapping(path.c_str(), [&](const MapLine& line) { return line.file == file.view(); });
}

}  // namespace

bool is_child_of_recorded() noexcept {
  constexpr unsigned kMostAncestors = 64;
  FileText own;
  if (!find_own_file(own)) return false;
  std::uint32_t pid = sys::getpid();
  for (unsigned i = 0; i < kMostAncestors; ++i) {
    ProcessStat stat;
    if (!read_stat(pid, stat) || stat.parent_pid == 0) return false;
    pid = stat.parent_pid;
    if (has_mapped(pid, own)) return true;
  }
  return false;
}

}  // namespace memline::capture
