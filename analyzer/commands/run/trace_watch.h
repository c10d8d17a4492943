/// \file TraceWatch: says of a running program what regions did to its memory, soon after they have ended, and whose the
/// blocks are that it asks for with memline_block().
///
/// A thread of ours reads the growing trace from its beginning, again and again, and shows what is new since the last
/// time. It rests four times as long as it reads, so that it takes no more than a fifth of a processor, and the longer
/// the trace the later a region is shown.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "commands/command.h"
#include "model/profile.h"

namespace memline::commands {

class TraceWatch {
 public:
  /// `functions` as --region-func has them; `with_samples`: counters are sampled. Sentences go to `streams.err`, for the
  /// program has the standard output.
  TraceWatch(std::vector<std::string> functions, bool with_samples, const Streams& streams);
  ~TraceWatch();
  TraceWatch(const TraceWatch&) = delete;
  TraceWatch& operator=(const TraceWatch&) = delete;

  /// The program's trace is at `trace`; from here on it is read.
  void follow(const std::string& trace);
  /// The program has ended: shows what is left. `trace` may be "": there is none. Throws what has ended the thread
  /// early: there is no memory, say.
  void finish(const std::string& trace);

 private:
  void read_on(const std::string& trace);
  void show(const std::string& trace, bool ended);
  void show_regions(model::Profile& profile, std::uint64_t until_ticks, bool ended);
  void show_asked(model::Profile& profile, std::uint64_t until_ticks, bool ended);
  void stop();

  std::vector<std::string> functions_;
  double settled_seconds_;
  const Streams& streams_;
  // every reading finds what was shown again, first and in the same order
  std::size_t shown_regions_ = 0, answered_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::exception_ptr failure_;  ///< what ended the thread early; known once it is joined
  std::thread thread_;
};

}  // namespace memline::commands
