/// \file FunctionRuns: which runs of some functions are open, thread by thread.
///
/// A run of a function is an unbroken series of events of one thread, all with the same outermost frame of the function
/// on the stack (a run of the whole function, as in line_flow.h). It is over where the thread's next event is not part
/// of it. Memory: distinct stacks, and threads times functions. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/frame_source.h"
#include "model/standing_lines.h"
#include "replay/change.h"

namespace memline::model {

/// `State` is what its owner keeps of an open run.
template <class State>
class FunctionRuns {
 public:
  /// `frames` must outlive it.
  FunctionRuns(FrameSource& frames, std::span<const FunctionId> functions)
      : standing_(frames, functions), functions_(functions.size()) {}

  /// One event: `end(function, State)` gets the runs that it shows to be over, `begin(function)` makes the state of those
  /// that it begins. A function is its index among those asked for.
  template <class Begin, class End>
  void follow(const replay::Change& change, const Begin& begin, const End& end) {
    Thread& its = thread(change.thread);
    const std::uint64_t event = ++its.events;
    const std::uint32_t list = functions_ == 0 || change.stack.none() ? 0 : standing_.list_of(change.stack);
    for (const Standing& standing : standing_.list(list)) {
      const Slot& slot = standing_.slot(standing.slot);
      if (!slot.whole) continue;
      std::optional<Run>& run = its.runs[slot.function];
      if (run && !run->standing.same_context(standing)) close(run, slot.function, end);
      if (!run) run.emplace(Run{begin(slot.function), standing, 0});
      run->last_event = event;
    }
    for (std::size_t function = 0; function < functions_; ++function) {
      std::optional<Run>& run = its.runs[function];
      if (run && run->last_event != event) close(run, function, end);
    }
  }

  /// An event of the thread that is not to be looked at: no run goes on across it.
  template <class End>
  void interrupt(ThreadId id, const End& end) {
    close_all(thread(id), end);
  }

  /// After the last event.
  template <class End>
  void finish(const End& end) {
    for (Thread& its : threads_) close_all(its, end);
  }

  /// The states of the thread's open runs.
  template <class Visit>
  void for_each_open(ThreadId id, const Visit& visit) {
    for (std::optional<Run>& run : thread(id).runs) {
      if (run) visit(run->state);
    }
  }

 private:
  struct Run {
    State state;
    Standing standing;
    std::uint64_t last_event = 0;  ///< its number among those of the thread
  };
  struct Thread {
    std::uint64_t events = 0;
    std::vector<std::optional<Run>> runs;  ///< by function; those that are open
  };

  Thread& thread(ThreadId id) {
    const std::size_t number = id.none() ? 0 : id.index();
    if (threads_.size() <= number) threads_.resize(number + 1);
    Thread& its = threads_[number];
    its.runs.resize(functions_);
    return its;
  }
  template <class End>
  void close(std::optional<Run>& run, std::size_t function, const End& end) {
    Run over = *std::exchange(run, std::nullopt);
    end(function, std::move(over.state));
  }
  template <class End>
  void close_all(Thread& its, const End& end) {
    for (std::size_t function = 0; function < its.runs.size(); ++function) {
      if (its.runs[function]) close(its.runs[function], function, end);
    }
  }

  StandingLines standing_;
  std::size_t functions_;
  std::vector<Thread> threads_;
};

}  // namespace memline::model
