/// \file ProgressBar: one line on standard error that says how far long work is, for people at a terminal.
///
/// It appears when a second has passed since it was made, is drawn again at most ten times a second, and takes itself
/// away at the end of each stretch of work, so that it never stands beside what a command writes. One thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string_view>

#include "base/progress.h"

namespace memline::commands {

class ProgressBar : public Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// `err` must outlive it; nothing is written unless it is a terminal.
  ProgressBar(std::ostream& err, bool is_terminal, Clock clock = std::chrono::steady_clock::now);

  void begin(std::string_view what, std::uint64_t total) override;
  void advance(std::uint64_t done) override;
  void end() override;

 private:
  std::ostream& err_;
  bool is_terminal_;
  Clock clock_;
  std::chrono::steady_clock::time_point next_;  ///< when it may be drawn (again)
  std::string_view what_;
  std::uint64_t total_ = 0;
  bool drawn_ = false;
};

}  // namespace memline::commands
