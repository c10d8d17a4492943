/// \file EventScript: shows an observer what malloc, realloc and free of a made-up program would.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "replay/change.h"

namespace memline::model {

class EventScript {
 public:
  using Block = std::size_t;
  explicit EventScript(replay::Observer& observer) : observer_(observer) {}

  Block allocate(std::size_t thread, NodeId stack, std::uint64_t bytes) {
    replay::Change change = start(thread, stack);
    change.acquired_bytes = bytes;
    change.allocations = change.acquired_blocks = 1;
    const Block block = blocks_++;
    live_[block] = {stack, ThreadId{thread}, bytes, events_of_[thread]};
    show(change, {});
    return block;
  }
  void free(std::size_t thread, NodeId stack, Block block) {
    replay::Change change = start(thread, stack);
    change.frees = 1;
    show(change, {take(block)});
  }
  /// As free(), but a filter hides it.
  void free_unobserved(std::size_t thread, Block block) {
    ++events_of_[thread];
    live_bytes_ -= static_cast<std::int64_t>(take(block).bytes);
    observer_.on_unobserved(ThreadId{thread}, live_bytes_);
  }
  Block reallocate(std::size_t thread, NodeId stack, Block block, std::uint64_t bytes) {
    replay::Change change = start(thread, stack);
    change.acquired_bytes = bytes;
    change.reallocations = change.acquired_blocks = 1;
    const replay::OwnerShare old = take(block);
    live_[block] = {stack, ThreadId{thread}, bytes, events_of_[thread]};
    show(change, {old});
    return block;
  }
  void map(std::size_t thread, NodeId stack, std::uint64_t bytes) {
    replay::Change change = start(thread, stack);
    change.acquired_bytes = bytes;
    change.mappings = 1;
    show(change, {});
  }
  /// The time of the next event.
  void set_ticks(std::uint64_t ticks) { ticks_ = ticks; }
  std::int64_t live_bytes() const { return live_bytes_; }

 private:
  struct Live {
    NodeId owner;
    ThreadId thread;
    std::uint64_t bytes = 0;
    std::uint64_t event = 0;
  };
  replay::Change start(std::size_t thread, NodeId stack) {
    replay::Change change;
    change.ticks = ticks_++;
    change.thread = ThreadId{thread};
    change.stack = stack;
    ++events_of_[thread];
    return change;
  }
  replay::OwnerShare take(Block block) {
    const Live live = live_.at(block);
    live_.erase(block);
    const bool next = events_of_[live.thread.index()] == live.event + 1;
    return {live.owner, live.thread, live.bytes, 1, next};
  }
  void show(replay::Change change, const std::vector<replay::OwnerShare>& released) {
    for (const replay::OwnerShare& share : released) change.released_bytes += share.bytes;
    live_bytes_ += static_cast<std::int64_t>(change.acquired_bytes) - static_cast<std::int64_t>(change.released_bytes);
    change.released = released;
    change.live_bytes = live_bytes_;
    observer_.on_change(change);
  }

  replay::Observer& observer_;
  std::uint64_t ticks_ = 1;
  std::size_t blocks_ = 0;
  std::int64_t live_bytes_ = 0;
  std::map<Block, Live> live_;
  std::map<std::size_t, std::uint64_t> events_of_;
};

}  // namespace memline::model
