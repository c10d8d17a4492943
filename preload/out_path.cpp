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

bool own_path(std::string_view pattern, std::string_view mpi_rank, std::uint32_t pid, std::string_view executable,
              PathText& out) noexcept {
  struct utsname host = {};
  sys::call(SYS_uname, sys::as_long(&host));
  char directory[4096] = "";
  if (sys::call(SYS_getcwd, sys::as_long(directory), sizeof directory) <= 0) directory[0] = '\0';
  return expand_path(pattern, {pid, last_part(executable), host.nodename, mpi_rank}, directory, out);
}

}  // namespace memline::capture
