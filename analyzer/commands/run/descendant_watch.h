/// \file DescendantWatch: which programs the children of a process run, and theirs, found by looking at /proc now and then.
///
/// A child that lives for less than the time between two looks may be missed: that is a hundredth of a second, and more
/// where there are many processes, so that looking takes at most a fiftieth of one processor. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <set>
#include <string>

namespace memline::commands {

class DescendantWatch {
 public:
  explicit DescendantWatch(pid_t root) : root_(root) {}

  /// Looks, unless it is too early for that.
  void step();
  /// Paths of what they ran so far, or the first word of their command line where the path may not be read.
  const std::set<std::string>& programs() const { return programs_; }

 private:
  void look();

  pid_t root_;
  std::chrono::steady_clock::time_point next_{};
  std::set<std::string> programs_;
};

}  // namespace memline::commands
