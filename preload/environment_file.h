/// \file The variables of an environment, as NAME=VALUE or from /proc/PID/environ. No heap, no errno.
#pragma once

#include <cstddef>
#include <string_view>

#include "sys.h"

namespace memline::capture {

/// Calls visit(name, value) for an entry "NAME=VALUE".
template <class Visit>
void split_variable(std::string_view entry, const Visit& visit) noexcept {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) return;
  visit(std::string_view(entry.data(), equals), std::string_view(entry.data() + equals + 1, entry.size() - equals - 1));
}

/// Calls visit(name, value) for each; one that is longer than 8 KiB is none of ours and is skipped. Nothing where the file
/// cannot be read.
template <class Visit>
void for_each_variable(const char* path, const Visit& visit) noexcept {
  const int fd = sys::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char buffer[8192];
  std::size_t kept = 0;
  bool skipping = false;
  for (;;) {
    const long got = sys::read(fd, buffer + kept, sizeof buffer - kept);
    if (got == -EINTR) continue;
    if (got <= 0) break;
    const std::string_view bytes(buffer, kept + static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = bytes.find('\0'); end != std::string_view::npos; end = bytes.find('\0', begin)) {
      if (!skipping) split_variable(std::string_view(buffer + begin, end - begin), visit);
      skipping = false;
      begin = end + 1;
    }
    kept = bytes.size() - begin;
    for (std::size_t i = 0; i < kept; ++i) buffer[i] = buffer[begin + i];
    if (kept == sizeof buffer) {
      skipping = true;
      kept = 0;
    }
  }
  sys::close(fd);
}

}  // namespace memline::capture
