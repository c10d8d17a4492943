/// \file Terminal: what standard output is connected to, looked up once by main.
#pragma once

#include <cstddef>

namespace memline::commands {

struct Terminal {
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t width_columns = 0;  ///< of standard output; 0: no terminal, unlimited
  bool colour = false;            ///< for --color auto: a terminal that can, and NO_COLOR is not set
};

Terminal detect_terminal();

}  // namespace memline::commands
