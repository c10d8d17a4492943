#include "replay/waiting_stacks.h"

namespace memline::replay {

void WaitingStacks::expect(const StackTable& table, const LaneStacks& lane) {
  if (stacks_.empty()) return;
  // Mostly ids follow one another, so that those of the callers that wait, too, can be told by the distance.
  const std::uint32_t first_id = stacks_.front().stack.first_id;
  hashes_.clear();
  for (const auto& [stack, count] : stacks_) {
    const std::size_t waiting_caller = std::size_t{stack.parent} - first_id;
    std::uint32_t hash = 0;
    if (stack.parent != 0 && waiting_caller < hashes_.size()) {
      hash = hashes_[waiting_caller];
    } else {
      hash = table.node(stack.parent == 0 ? stack.root() : lane.find(stack.parent)).hash;
    }
    for (const trace::FrameRef& frame : stack.frames) {
      hash = table.expect_child(hash, module_of(frame), frame.offset, frame.exact);
      hashes_.push_back(hash);
    }
  }
}

}  // namespace memline::replay
