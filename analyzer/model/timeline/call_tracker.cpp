#include "model/timeline/call_tracker.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/counted.h"

namespace memline::model {

CallTracker::CallTracker(FrameSource& frames, std::span<const FunctionId> functions, std::size_t most_calls)
    : runs_(frames, functions),
      most_calls_(std::max<std::size_t>(most_calls, 1)),
      counts_(functions.size()),
      highest_(functions.size()) {}

void CallTracker::on_unobserved(ThreadId thread, std::int64_t /*live_bytes*/) {
  runs_.interrupt(thread, [this](std::size_t function, const Run& run) { end(function, run); });
}

void CallTracker::on_change(const replay::Change& change) {
  runs_.follow(
      change,
      [&](std::size_t function) {
        const std::int64_t before = change.live_bytes - static_cast<std::int64_t>(change.acquired_bytes) +
                                    static_cast<std::int64_t>(change.released_bytes);
        return Run{{function, change.ticks, change.ticks, before, change.live_bytes},
                   peaks_.open(change.live_bytes),
                   change.live_bytes};
      },
      [this](std::size_t function, const Run& run) { end(function, run); });
  peaks_.add(change.live_bytes);
  runs_.for_each_open(change.thread, [&](Run& run) {
    run.call.end_ticks = change.ticks;
    run.call.live_after = change.live_bytes;
    run.highest = peaks_.highest(run.peak);
  });
}

void CallTracker::end(std::size_t function, const Run& run) {
  peaks_.close(run.peak);
  ++counts_[function];
  highest_[function] = std::max(highest_[function], run.highest);
  calls_.push_back(run.call);
  if (calls_.size() >= 2 * most_calls_) keep_longest(most_calls_);
}

void CallTracker::keep_longest(std::size_t count) {
  if (calls_.size() <= count) return;
  std::nth_element(calls_.begin(), calls_.begin() + static_cast<std::ptrdiff_t>(count), calls_.end(),
                   [](const FunctionCall& a, const FunctionCall& b) {
                     return a.end_ticks - a.begin_ticks > b.end_ticks - b.begin_ticks;
                   });
  calls_.resize(count);
}

std::vector<FunctionCall> CallTracker::take() {
  runs_.finish([this](std::size_t function, const Run& run) { end(function, run); });
  keep_longest(most_calls_);
  std::stable_sort(calls_.begin(), calls_.end(),
                   [](const FunctionCall& a, const FunctionCall& b) { return a.begin_ticks < b.begin_ticks; });
  return std::move(calls_);
}

std::vector<std::string> notes_of_calls(std::span<const std::string> names, std::span<const std::uint64_t> calls,
                                        std::size_t most) {
  std::map<std::string, std::uint64_t> highest;
  for (std::size_t i = 0; i < names.size(); ++i) highest[names[i]] = std::max(highest[names[i]], calls[i]);
  std::vector<std::string> notes;
  for (const auto& [name, count] : highest) {
    if (count == 0) notes.push_back(name + ": no event has it on its stack.");
    if (count > most)
      notes.push_back(name + ": " + counted(count, "call", "calls") + ", of which the longest are shown.");
  }
  return notes;
}

}  // namespace memline::model
