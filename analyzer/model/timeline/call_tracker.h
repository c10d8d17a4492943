/// \file CallTracker: when functions were at work, as far as events show it.
///
/// A call is a run of the function (function_runs.h): it reaches from its first event to its last one. Of many calls the
/// longest are kept. Memory: that of the runs, and the calls kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/frame_source.h"
#include "model/function_runs.h"
#include "model/open_peaks.h"
#include "replay/change.h"

namespace memline::model {

struct FunctionCall {
  std::size_t function = 0;  ///< its index among those asked for
  std::uint64_t begin_ticks = 0, end_ticks = 0;
  std::int64_t live_before = 0,
               live_after = 0;  ///< live bytes of the process before the first and after the last event
};

class CallTracker : public replay::Observer {
 public:
  /// `frames` must outlive it.
  CallTracker(FrameSource& frames, std::span<const FunctionId> functions, std::size_t most_calls);

  void on_change(const replay::Change& change) override;
  void on_unobserved(ThreadId thread, std::int64_t live_bytes) override;

  /// After the last event: the calls, in order of their beginning. The last call.
  std::vector<FunctionCall> take();
  std::uint64_t calls(std::size_t function) const { return counts_[function]; }  ///< all of them, after take()
  std::span<const std::uint64_t> all_calls() const { return counts_; }           ///< of each function, after take()
  /// The highest live bytes of the process during calls of the function: after any event, of whatever thread, from a
  /// call's first event to its last. 0 where there was no call.
  std::int64_t highest(std::size_t function) const { return highest_[function]; }

 private:
  struct Run {
    FunctionCall call;
    OpenPeaks::Handle peak = 0;
    std::int64_t highest = 0;  ///< live bytes, until its last event
  };
  void end(std::size_t function, const Run& run);
  void keep_longest(std::size_t count);

  FunctionRuns<Run> runs_;
  OpenPeaks peaks_;  ///< of the process's live bytes
  std::size_t most_calls_;
  std::vector<FunctionCall> calls_;
  std::vector<std::uint64_t> counts_;
  std::vector<std::int64_t> highest_;
};

/// What is to be said of functions with these names and numbers of calls, where `most` calls of each are shown: one
/// sentence each. Functions of one name (overloads, a library's) count as one.
std::vector<std::string> notes_of_calls(std::span<const std::string> names, std::span<const std::uint64_t> calls,
                                        std::size_t most);

}  // namespace memline::model
