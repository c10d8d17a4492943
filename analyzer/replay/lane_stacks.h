/// \file LaneStacks: which node of the image's StackTable each stack id of one lane stands for.
///
/// Ids are given out from 1 upwards, so they index a vector; but a damaged trace may name any number, so what lies far
/// beyond the number of ids met so far goes to a hash map, and memory stays in proportion to the records read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/large_memory.h"
#include "memline/trace_format.h"
#include "replay/stack_table.h"

namespace memline::replay {

class LaneStacks {
 public:
  /// kUnknownStack for 0 and for ids whose definition is lost.
  NodeId find(std::uint32_t id) const {
    if (id < nodes_.size()) return nodes_[id];
    if (far_.empty()) return kUnknownStack;
    const auto found = far_.find(id);
    return found == far_.end() ? kUnknownStack : found->second;
  }

  void define(std::uint32_t id, NodeId node) {
    if (id == 0) return;
    ++definitions_;
    if (id >= nodes_.size()) {
      if (id > 2 * definitions_ + kSlack) {
        const auto [known, is_new] = far_.try_emplace(id, node);
        is_final_ = is_final_ && (is_new || known->second == node);
        known->second = node;
        return;
      }
      if (id == nodes_.size()) {
        nodes_.push_back(node);
        return;
      }
      nodes_.resize(id + std::size_t{1}, kUnknownStack);
    }
    is_final_ = is_final_ && (nodes_[id] == kUnknownStack || nodes_[id] == node);
    nodes_[id] = node;
  }

  /// No id was ever given to another stack, which only damaged traces do: what holds at the end held all the time.
  bool is_final() const { return is_final_; }

 private:
  static constexpr std::size_t kSlack = 4096;
  std::uint64_t definitions_ = 0;
  std::vector<NodeId, LargeAllocator<NodeId>> nodes_;
  std::unordered_map<std::uint32_t, NodeId> far_;
  bool is_final_ = true;
};

/// What a Stack record says.
struct StackDefinition {
  std::uint32_t first_id = 0, parent = 0;
  trace::StackEnd end = trace::StackEnd::kRoot;
  std::span<const trace::FrameRef> frames;

  explicit StackDefinition(const trace::Stack& record)
      : StackDefinition(record, std::span(record.frames).first(record.count)) {}
  /// With the frames at another place.
  StackDefinition(const trace::Stack& record, std::span<const trace::FrameRef> its_frames)
      : first_id(record.first_id), parent(record.parent), end(record.end), frames(its_frames) {}

  /// False: the record makes no sense, and defines nothing.
  bool is_possible(std::uint32_t most_modules) const {
    const auto count = static_cast<std::uint32_t>(frames.size());
    if (first_id == 0 || count == 0 || first_id + count < first_id) return false;
    for (const trace::FrameRef& frame : frames) {
      if (frame.module > most_modules) return false;
    }
    return true;
  }
  /// Where parent is 0: the node that the first frame is a child of.
  NodeId root() const {
    const bool known = static_cast<std::size_t>(end) < trace::kStackEnds;
    return StackTable::root(known ? end : trace::StackEnd::kNoUnwindInfo);
  }
};

/// Walks the frames of a stack that is possible: `child(parent node, frame)` gives the node of each.
template <class Child>
void define_stack(const StackDefinition& stack, LaneStacks& stacks, Child&& child) {
  NodeId node = stack.parent == 0 ? stack.root() : stacks.find(stack.parent);
  std::uint32_t id = stack.first_id;
  for (const trace::FrameRef& frame : stack.frames) {
    node = child(node, frame);
    stacks.define(id++, node);
  }
}

/// The module of a frame as it is kept in the StackTable.
inline ModuleId module_of(const trace::FrameRef& frame) {
  return frame.module == 0 ? ModuleId{} : ModuleId{frame.module - std::size_t{1}};
}

/// A module's record takes at least these bytes: no trace can have more modules, or threads, than fit in.
inline constexpr std::uint64_t kLeastModuleBytes = 8;
inline constexpr std::uint64_t kLeastThreadBytes = 4;
inline constexpr std::uint32_t most_modules(std::uint64_t file_bytes) {
  const std::uint64_t most = file_bytes / kLeastModuleBytes;
  return static_cast<std::uint32_t>(most < (1U << 20) ? most : (1U << 20));
}
inline constexpr std::uint32_t most_threads(std::uint64_t file_bytes) {
  const std::uint64_t most = file_bytes / kLeastThreadBytes;
  return static_cast<std::uint32_t>(most < (1U << 22) ? most : (1U << 22));
}

}  // namespace memline::replay
