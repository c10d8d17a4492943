#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "base/descriptor_buffer.h"
#include "base/result.h"
#include "commands/command.h"

int main(int argc, char** argv) {
  using memline::commands::Arguments;
  const Arguments arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  memline::DescriptorBuffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  const int code = memline::commands::dispatch(arguments, {out, std::cerr, memline::commands::detect_terminal()});
  out.flush();
  // EPIPE: the reader of a pipe has seen enough, as in `memline report | head`
  if (buffer.error() == 0 || buffer.error() == EPIPE) return code;
  std::cerr << "memline: cannot write to standard output: " << std::strerror(buffer.error()) << '\n';
  return static_cast<int>(memline::ExitCode::kNothing);
}
