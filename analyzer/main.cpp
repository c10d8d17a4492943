#include <cerrno>
#include <cstring>
#include <iostream>

#include "base/result.h"
#include "commands/command.h"

int main(int argc, char** argv) {
  using memline::commands::Arguments;
  std::ios::sync_with_stdio(false);
  const Arguments arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const int code = memline::commands::dispatch(arguments, {std::cout, std::cerr, memline::commands::detect_terminal()});
  errno = 0;
  if (std::cout.flush()) return code;
  // the reader of a pipe has seen enough: `memline report | head`
  if (errno == EPIPE) return code;
  std::cerr << "memline: cannot write to standard output: " << std::strerror(errno) << '\n';
  return static_cast<int>(memline::ExitCode::kNothing);
}
