/// \file ChangeTape: the changes of a replay in 16 bytes each, to be shown again to a LineFlow.
///
/// A report replays the events to find out which functions are worth showing, and then follows those: the second time
/// nothing has to be decoded and no block looked up. Only what a LineFlow needs is kept; where the tape would be longer
/// than kMostChanges, or memory is short, it is given up, and the events have to be replayed again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "base/large_memory.h"
#include "replay/change.h"
#include "replay/recording.h"
#include "replay/replay.h"

namespace memline::model {

class ChangeTape final : public replay::Observer {
 public:
  /// `rss` is what the LineFlow has, and must outlive the tape.
  explicit ChangeTape(std::span<const replay::RssSample> rss, std::size_t most_changes = kMostChanges)
      : rss_(rss), most_changes_(most_changes) {}

  void on_change(const replay::Change& change) override {
    if (fits_) keep(change);
  }
  void on_unobserved(ThreadId thread, std::int64_t live_bytes) override;
  /// After the last event. A tape that nobody calls this for holds nothing.
  void finish(const replay::Losses& losses) {
    complete_ = fits_;
    losses_ = losses;
  }

  /// Whether it holds every change of a replay.
  bool is_complete() const { return complete_; }
  const replay::Losses& losses() const { return losses_; }
  /// Calls sink.on_change() and sink.on_unobserved() as the replay did. Times are as good as RSS samples need them, and
  /// Change::released is left out.
  template <class Sink>
  void play(Sink& sink) const;

 private:
  /// 256 MiB.
  static constexpr std::size_t kMostChanges = std::size_t{1} << 24;
  static constexpr std::size_t kChunkEntries = std::size_t{1} << 17;

  enum class Kind : std::uint8_t { kAllocation, kFree, kReallocation, kMapping, kUnmapping, kUnobserved, kOther };
  struct Entry {
    NodeId stack;
    std::uint32_t acquired = 0, released = 0;  ///< kOther: index into others_, 0; kUnobserved: halves of live bytes
    std::uint32_t thread_and_kind = 0;         ///< thread << 4 | kind; kNoThread for none()
  };
  static constexpr std::uint32_t kNoThread = (std::uint32_t{1} << 28) - 1;
  static constexpr std::uint32_t kMostThreads = kNoThread;
  static Kind kind_of(const replay::Change& change);
  static void count(Kind kind, replay::Change& change);
  void keep(const replay::Change& change);
  void pass_rss(std::uint64_t ticks);
  void add_other(const replay::Change& change);
  void add(const Entry& entry) {
    if (room_ == 0 && !make_room()) return give_up();
    chunks_.back().push_back(entry);
    --room_;
    ++size_;
  }
  bool make_room();
  void give_up();

  std::span<const replay::RssSample> rss_;
  const std::size_t most_changes_;
  std::size_t next_rss_ = 0;
  std::size_t size_ = 0, room_ = 0;  ///< room: of the last chunk
  std::int64_t live_bytes_ = 0;
  bool fits_ = true, complete_ = false;
  std::vector<std::vector<Entry, LargeAllocator<Entry>>> chunks_;
  std::vector<replay::Change> others_;
  /// (entry, time): this entry and those after it come at that time or later.
  std::vector<std::pair<std::size_t, std::uint64_t>> times_;
  replay::Losses losses_;
};

template <class Sink>
void ChangeTape::play(Sink& sink) const {
  replay::Change change;
  std::int64_t live_bytes = 0;
  std::uint64_t ticks = 0;
  std::size_t number = 0;
  auto time = times_.begin();
  for (const auto& chunk : chunks_) {
    for (const Entry& entry : chunk) {
      if (time != times_.end() && time->first == number) ticks = (time++)->second;
      ++number;
      const auto kind = static_cast<Kind>(entry.thread_and_kind & 15);
      const std::uint32_t thread_number = entry.thread_and_kind >> 4;
      const ThreadId thread = thread_number == kNoThread ? ThreadId{} : ThreadId{std::size_t{thread_number}};
      if (kind == Kind::kOther) {
        const replay::Change& other = others_[entry.acquired];
        live_bytes = other.live_bytes;
        sink.on_change(other);
        continue;
      }
      if (kind == Kind::kUnobserved) {
        live_bytes = static_cast<std::int64_t>(std::uint64_t{entry.released} << 32 | entry.acquired);
        sink.on_unobserved(thread, live_bytes);
        continue;
      }
      change = {};
      change.ticks = ticks;
      change.thread = thread;
      change.stack = entry.stack;
      change.acquired_bytes = entry.acquired;
      change.released_bytes = entry.released;
      count(kind, change);
      live_bytes += static_cast<std::int64_t>(entry.acquired) - static_cast<std::int64_t>(entry.released);
      change.live_bytes = live_bytes;
      sink.on_change(change);
    }
  }
}

inline ChangeTape::Kind ChangeTape::kind_of(const replay::Change& change) {
  if (change.allocations + change.frees + change.reallocations + change.mappings + change.unmappings != 1) {
    return Kind::kOther;
  }
  static_assert(static_cast<int>(Kind::kAllocation) == 0 && static_cast<int>(Kind::kFree) == 1 &&
                static_cast<int>(Kind::kReallocation) == 2 && static_cast<int>(Kind::kMapping) == 3 &&
                static_cast<int>(Kind::kUnmapping) == 4);
  return static_cast<Kind>(change.frees + 2 * change.reallocations + 3 * change.mappings + 4 * change.unmappings);
}

inline void ChangeTape::keep(const replay::Change& change) {
  if (next_rss_ < rss_.size() && rss_[next_rss_].ticks <= change.ticks) pass_rss(change.ticks);
  constexpr std::uint64_t kMostBytes = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t thread = change.thread.none() ? kNoThread : change.thread.value;
  const std::int64_t live_bytes =
      live_bytes_ + static_cast<std::int64_t>(change.acquired_bytes) - static_cast<std::int64_t>(change.released_bytes);
  live_bytes_ = change.live_bytes;
  const Kind kind = kind_of(change);
  if (kind == Kind::kOther || (change.acquired_bytes | change.released_bytes) > kMostBytes ||
      live_bytes != change.live_bytes || (thread >= kMostThreads && !change.thread.none())) {
    return add_other(change);
  }
  add({change.stack, static_cast<std::uint32_t>(change.acquired_bytes),
       static_cast<std::uint32_t>(change.released_bytes), thread << 4 | static_cast<std::uint32_t>(kind)});
}

inline void ChangeTape::count(Kind kind, replay::Change& change) {
  change.allocations = kind == Kind::kAllocation ? 1 : 0;
  change.frees = kind == Kind::kFree ? 1 : 0;
  change.reallocations = kind == Kind::kReallocation ? 1 : 0;
  change.mappings = kind == Kind::kMapping ? 1 : 0;
  change.unmappings = kind == Kind::kUnmapping ? 1 : 0;
}

}  // namespace memline::model
