#include "process_info.h"

#include "memory_maps.h"
#include "sys.h"

namespace memline::capture {
namespace {

bool read_boot_id(std::array<std::uint8_t, 16>& out) noexcept {
  char text[64];
  const std::size_t size = read_whole("/proc/sys/kernel/random/boot_id", text, sizeof text);
  std::size_t digits = 0;
  for (std::size_t i = 0; i < size && digits < 32; ++i) {
    const unsigned value = hex_digit(text[i]);
    if (value == 16) continue;
    out[digits / 2] = static_cast<std::uint8_t>((out[digits / 2] << 4) | value);
    ++digits;
  }
  return digits == 32;
}

bool read_stat_at(const char* path, ProcessStat& out) noexcept {
  char line[1024];
  return parse_stat(line, read_whole(path, line, sizeof line), out);
}

}  // namespace

std::size_t read_whole(const char* path, void* out, std::size_t capacity) noexcept {
  const int fd = sys::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::size_t size = 0;
  while (size < capacity) {
    const long got = sys::read(fd, static_cast<char*>(out) + size, capacity - size);
    if (got == -EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  sys::close(fd);
  return size;
}

bool parse_stat(const char* line, std::size_t bytes, ProcessStat& out) noexcept {
  // "pid (name) state ppid ...": the name may hold blanks and brackets, the fields after its last bracket may not.
  std::size_t i = bytes;
  while (i > 0 && line[i - 1] != ')') --i;
  if (i == 0) return false;
  constexpr unsigned kParentField = 4, kStartField = 22;
  for (unsigned field = 3; i < bytes && field <= kStartField; ++field) {
    while (i < bytes && line[i] == ' ') ++i;
    std::uint64_t value = 0;
    for (; i < bytes && line[i] != ' '; ++i) {
      if (line[i] >= '0' && line[i] <= '9') value = value * 10 + static_cast<std::uint64_t>(line[i] - '0');
    }
    if (field == kParentField) out.parent_pid = static_cast<std::uint32_t>(value);
    if (field == kStartField) {
      out.start = value;
      return true;
    }
  }
  return false;
}

Text<64> proc_path(std::uint32_t pid, std::string_view name) noexcept {
  Text<64> path;
  path.add("/proc/");
  path.add_number(pid);
  path.add('/');
  path.add(name);
  return path;
}

bool read_stat(std::uint32_t pid, ProcessStat& out) noexcept {
  return read_stat_at(proc_path(pid, "stat").c_str(), out);
}

Identity own_identity() noexcept {
  Identity identity;
  identity.pid = sys::getpid();
  ProcessStat stat;
  // in a container's namespace another process may have our number in the /proc that is mounted
  if (read_stat_at("/proc/self/stat", stat)) identity.start = stat.start;
  if (!read_boot_id(identity.boot_id)) identity.boot_id = {};
  return identity;
}

bool is_alive(const Identity& process) noexcept {
  std::array<std::uint8_t, 16> boot_id{};
  if (read_boot_id(boot_id) && process.boot_id != boot_id) return false;
  ProcessStat stat;
  if (read_stat(process.pid, stat)) return process.start == 0 || stat.start == process.start;
  return sys::call(SYS_kill, process.pid, 0) != -ESRCH;
}

bool mapped_path(std::uint64_t address, PathText& out) noexcept {
  out.clear();
  any_mapping("/proc/self/maps", [&](const MapLine& line) {
    if (address < line.begin || address >= line.end) return false;
    if (line.name.starts_with('/')) out.add(line.name);
    return true;
  });
  return !out.empty();
}

void own_executable(PathText& out) noexcept {
  char path[4096];
  const long size = sys::readlink("/proc/self/exe", path, sizeof path);
  out.clear();
  if (size > 0) out.add(std::string_view(path, static_cast<std::size_t>(size)));
}

}  // namespace memline::capture
