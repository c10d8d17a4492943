#include "out_path.h"

#include <sys/utsname.h>

#include "sys.h"

namespace memline::capture {

bool has_pid(std::string_view pattern) noexcept {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    ++i;
    if (pattern[i] == 'p') return true;
  }
  return false;
}

bool expand_path(std::string_view pattern, const PathWords& words, std::string_view working_dir,
                 PathText& out) noexcept {
  out.clear();
  if (pattern.empty() || pattern[0] != '/') {
    out.add(working_dir);
    out.add('/');
  }
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      out.add(pattern[i]);
      continue;
    }
    ++i;
    switch (pattern[i]) {
      case 'p':
        out.add_number(words.pid);
        break;
      case 'e':
        out.add(words.program);
        break;
      case 'h':
        out.add(words.host);
        break;
      case 'r':
        out.add(words.mpi_rank);
        break;
      case '%':
        out.add('%');
        break;
      default:
        out.add('%');
        out.add(pattern[i]);
    }
  }
  return !out.cut();
}

void make_absolute(std::string_view working_dir, PathText& pattern) noexcept {
  if (!working_dir.starts_with('/') || pattern.view().starts_with('/')) return;
  PathText absolute;
  for (const char byte : working_dir) {
    if (byte == '%') absolute.add('%');
    absolute.add(byte);
  }
  absolute.add('/');
  absolute.add(pattern.view());
  if (!absolute.cut()) pattern = absolute;
}

void read_working_dir(PathText& out) noexcept {
  char directory[4096];
  out.clear();
  const long bytes = sys::call(SYS_getcwd, sys::as_long(directory), sizeof directory);
  if (bytes > 0) out.add({directory, static_cast<std::size_t>(bytes) - 1});
}

bool own_path(std::string_view pattern, std::string_view mpi_rank, std::uint32_t pid, std::string_view executable,
              PathText& out) noexcept {
  struct utsname host = {};
  sys::call(SYS_uname, sys::as_long(&host));
  PathText directory;
  read_working_dir(directory);
  const std::string_view folder = directory.view().starts_with('/') ? directory.view() : "";
  return expand_path(pattern, {pid, last_part(executable), host.nodename, mpi_rank}, folder, out);
}

}  // namespace memline::capture
