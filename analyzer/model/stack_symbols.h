/// \file StackSymbols: the FrameSource of a recorded image: its StackTable, seen through a Symbolizer.
/// Keeps one number a node, so that a stack is resolved once whatever number of passes ask. One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "base/large_memory.h"
#include "model/frame_source.h"
#include "replay/stack_table.h"
#include "symbols/symbolizer.h"

namespace memline::model {

class StackSymbols : public FrameSource {
 public:
  /// Both must outlive it.
  StackSymbols(const replay::StackTable& stacks, symbols::Symbolizer& symbolizer);

  std::size_t node_count() const override { return stacks_.size(); }
  NodeId parent(NodeId node) const override;
  ModuleId module(NodeId node) const override;
  std::span<const symbols::Frame> frames(NodeId node) override;
  const symbols::CallTypes& call_types(NodeId node) override;
  void prepare(std::span<const NodeId> nodes) override;
  const symbols::Function& function(FunctionId id) const override { return symbolizer_.function(id); }
  std::string_view file(FileId id) const override { return symbolizer_.file(id); }
  const symbols::ModuleFile& module_file(ModuleId id) const override { return symbolizer_.module_file(id); }

 private:
  using Span = std::span<const symbols::Frame>;
  /// An address, as a StackTable has it, and its frames.
  struct Slot {
    std::uint64_t offset = 0;
    ModuleId module;
    std::uint32_t entry = 0;  ///< index into frames_ + 1, twice, and 1 more for an exact pc; 0: free
  };
  std::uint32_t find(const replay::Node& node);
  void grow();

  const replay::StackTable& stacks_;
  symbols::Symbolizer& symbolizer_;
  std::vector<std::uint32_t, LargeAllocator<std::uint32_t>> by_node_;  ///< index into frames_ + 1; 0: not asked for yet
  std::vector<Span> frames_;
  std::vector<Slot> slots_;           ///< open addressing
  std::deque<symbols::Frame> named_;  ///< a deque, since spans point into it
};

}  // namespace memline::model
