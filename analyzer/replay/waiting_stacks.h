/// \file WaitingStacks: the Stack records of a lane that were read but not yet looked up in the StackTable.
///
/// Finding out frame after frame whether its node is there would wait for memory each time. So some records are
/// collected, the places of all of their nodes are asked for at once, and then each is defined, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memline/trace_format.h"
#include "replay/lane_stacks.h"
#include "replay/stack_table.h"

namespace memline::replay {

class WaitingStacks {
 public:
  void add(const trace::Stack& record) {
    const auto frames = std::span(record.frames).first(record.count);
    stacks_.push_back({StackDefinition(record, {}), frames.size()});
    frames_.insert(frames_.end(), frames.begin(), frames.end());
  }
  /// Whether more of them would no longer stay in the cache.
  bool are_enough() const { return frames_.size() >= kEnoughFrames; }

  /// Calls define(StackDefinition) for each; none is left. `table` and `lane` are those that it defines them in.
  template <class Define>
  void take(const StackTable& table, const LaneStacks& lane, Define&& define) {
    std::span<const trace::FrameRef> frames = frames_;
    for (Waiting& waiting : stacks_) {
      waiting.stack.frames = frames.first(waiting.count);
      frames = frames.subspan(waiting.count);
    }
    expect(table, lane);
    for (const Waiting& waiting : stacks_) define(waiting.stack);
    stacks_.clear();
    frames_.clear();
  }

 private:
  static constexpr std::size_t kEnoughFrames = 128;
  struct Waiting {
    StackDefinition stack;
    std::size_t count = 0;  ///< of its frames
  };

  void expect(const StackTable& table, const LaneStacks& lane);

  std::vector<Waiting> stacks_;
  std::vector<trace::FrameRef> frames_;  ///< of all of them, one stack after the other
  std::vector<std::uint32_t> hashes_;    ///< of their nodes
};

}  // namespace memline::replay
