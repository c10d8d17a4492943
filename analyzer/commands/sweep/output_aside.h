/// \file OutputAside: while it lives, what started programs print goes to standard error: results alone are to stand on
/// standard output.
#pragma once

namespace memline::commands {

class OutputAside {
 public:
  OutputAside();
  ~OutputAside();
  OutputAside(const OutputAside&) = delete;
  OutputAside& operator=(const OutputAside&) = delete;

 private:
  int kept_;  ///< our standard output; -1: there is none
};

}  // namespace memline::commands
