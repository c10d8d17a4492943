/// \file RegionWatch: says what regions of a running program did to its memory, soon after they have ended.
///
/// A thread of ours reads the growing trace from its beginning, again and again, and shows what has ended since the last
/// time. It rests four times as long as it reads, so that it takes no more than a fifth of a processor, and the longer
/// the trace the later a region is shown.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "commands/command.h"

namespace memline::commands {

class RegionWatch {
 public:
  /// `functions` as --region-func has them; `with_samples`: counters are sampled. Sentences go to `streams.err`, for the
  /// program has the standard output.
  RegionWatch(std::vector<std::string> functions, bool with_samples, const Streams& streams);
  ~RegionWatch();
  RegionWatch(const RegionWatch&) = delete;
  RegionWatch& operator=(const RegionWatch&) = delete;

  /// The program's trace is at `trace`; from here on it is read.
  void follow(const std::string& trace);
  /// The program has ended: shows what is left. `trace` may be "": there is none.
  void finish(const std::string& trace);

 private:
  void read_on(const std::string& trace);
  void show(const std::string& trace, bool ended);
  void stop();

  std::vector<std::string> functions_;
  double settled_seconds_;
  const Streams& streams_;
  std::size_t shown_ = 0;  ///< regions; every reading finds them again, first and in the same order
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace memline::commands
