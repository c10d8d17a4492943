#include "out_path.h"

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

}  // namespace memline::capture
