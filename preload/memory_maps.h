/// \file MemoryMaps: the lines of /proc/self/maps, one after the other, from a buffer of the caller's. No heap, no errno.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sys.h"

namespace memline::capture {

struct MapLine {
  std::uint64_t begin = 0, end = 0;
  std::uint32_t protection = 0;  ///< PROT_*
  bool shared = false;
  std::string_view file;  ///< device and inode, into the text; "00:00 0" is no file
  std::string_view name;  ///< into the text
};

/// One line without its newline. False: it is no such line.
bool parse_map_line(std::string_view text, MapLine& line) noexcept;

class MemoryMaps {
 public:
  /// `fd` is /proc/PID/maps; `buffer` holds at least the longest line.
  MemoryMaps(int fd, char* buffer, std::size_t capacity) noexcept : fd_(fd), buffer_(buffer), capacity_(capacity) {}

  /// The next line; its texts are valid until the next call. False: there is none.
  bool next(MapLine& line) noexcept;
  /// Whether all was read and understood.
  bool complete() const noexcept { return complete_; }

 private:
  bool fill() noexcept;

  int fd_;
  char* buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0, end_ = 0;  ///< what of the buffer is still to be read
  std::uint64_t offset_ = 0;         ///< in the file
  bool complete_ = true;
};

/// Calls `visit` with each mapping of a process, as long as that returns false, and gives what it returned last. `path` is
/// /proc/PID/maps; false where it cannot be read. Takes 5 KiB of stack.
template <class Visit>
bool any_mapping(const char* path, const Visit& visit) noexcept {
  const int fd = sys::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char buffer[4096 + 512];  // a path and the fields before it
  MemoryMaps lines(fd, buffer, sizeof buffer);
  bool found = false;
  for (MapLine line; !found && lines.next(line);) found = visit(line);
  sys::close(fd);
  return found;
}

}  // namespace memline::capture
