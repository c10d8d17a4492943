#include "model/timeline/call_tracker.h"

#include <algorithm>
#include <utility>

namespace memline::model {

CallTracker::CallTracker(FrameSource& frames, std::span<const FunctionId> functions, std::size_t most_calls)
    : standing_(frames, functions),
      functions_(functions.size()),
      most_calls_(std::max<std::size_t>(most_calls, 1)),
      counts_(functions.size()),
      highest_(functions.size()) {}

CallTracker::Thread& CallTracker::thread(ThreadId id) {
  const std::size_t number = id.none() ? 0 : id.index();
  if (threads_.size() <= number) threads_.resize(number + 1);
  return threads_[number];
}

void CallTracker::on_unobserved(ThreadId id, std::int64_t /*live_bytes*/) {
  ++thread(id).events;
}

bool CallTracker::is_broken(const Place& place) const {
  const Thread& thread = threads_[place.thread];
  return thread.runs[place.function].last_event != thread.events;
}

void CallTracker::on_change(const replay::Change& change) {
  Thread& thread = this->thread(change.thread);
  const auto thread_index = static_cast<std::size_t>(&thread - threads_.data());
  const std::uint64_t event = ++thread.events;
  if (!change.stack.none()) {
    for (const Standing& standing : standing_.list(standing_.list_of(change.stack))) {
      const Slot& slot = standing_.slot(standing.slot);
      if (!slot.whole) continue;
      if (thread.runs.empty()) thread.runs.resize(functions_);
      Run& run = thread.runs[slot.function];
      if (run.last_event == 0 || run.last_event + 1 != event || !run.standing.same_context(standing)) {
        end(run);
        run.standing = standing;
        run.call = {slot.function, change.ticks, change.ticks,
                    change.live_bytes - static_cast<std::int64_t>(change.acquired_bytes) +
                        static_cast<std::int64_t>(change.released_bytes),
                    change.live_bytes};
        run.highest_since = change.live_bytes;
        open({thread_index, slot.function});
      }
      run.last_event = event;
      run.call.end_ticks = change.ticks;
      run.call.live_after = change.live_bytes;
      run.highest_since = std::max(run.highest_since, change.live_bytes);
      highest_[slot.function] = std::max(highest_[slot.function], run.highest_since);
    }
  }
  if (open_.empty()) return;
  std::erase_if(open_, [this](const Place& place) { return is_broken(place); });
  for (const Place& place : open_) {
    Run& run = threads_[place.thread].runs[place.function];
    run.highest_since = std::max(run.highest_since, change.live_bytes);
  }
}

void CallTracker::open(const Place& place) {
  // a run that follows another one at once finds its place taken
  if (std::find(open_.begin(), open_.end(), place) == open_.end()) open_.push_back(place);
}

void CallTracker::end(Run& run) {
  if (run.last_event == 0) return;
  ++counts_[run.call.function];
  calls_.push_back(run.call);
  run.last_event = 0;
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
  for (Thread& thread : threads_) {
    for (Run& run : thread.runs) end(run);
  }
  open_.clear();
  keep_longest(most_calls_);
  std::stable_sort(calls_.begin(), calls_.end(),
                   [](const FunctionCall& a, const FunctionCall& b) { return a.begin_ticks < b.begin_ticks; });
  return std::move(calls_);
}

}  // namespace memline::model
