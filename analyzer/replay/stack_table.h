/// \file StackTable: every distinct stack of one image, as a tree of frames that all lanes share.
///
/// The first nodes are the roots, one per trace::StackEnd: they are no frames, but tell how the stacks below them
/// ended. Node 0 is thus the root of complete stacks; kUnknownStack stands for an event without a (readable) stack.
/// Grows with distinct stacks only. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/large_memory.h"
#include "base/strong_id.h"
#include "memline/trace_format.h"

namespace memline::replay {

/// A frame that the trace names itself (interpreters, JITs).
struct NamedFrame {
  std::string file;
  std::string function;
  std::uint32_t line = 0;
};

struct Node {
  NodeId parent;             ///< towards the start of the program; none() for a root
  ModuleId module;           ///< none(): offset is an absolute address in no module, or named >= 0
  std::uint64_t offset = 0;  ///< in the module: address minus load bias
  bool exact = false;        ///< offset is a pc, not a return address
  trace::StackEnd end = trace::StackEnd::kNoUnwindInfo;  ///< how the stack ended outside
  std::int32_t named = -1;                               ///< index for named_frame(), or -1
  std::uint32_t hash = 0;                                ///< of its frame and all outside of it
};

inline constexpr NodeId kUnknownStack{std::size_t{trace::kStackEnds}};  ///< the node after the roots
inline constexpr std::size_t kFirstFrameNode = trace::kStackEnds + 1;

class StackTable {
 public:
  StackTable();

  /// The child of `parent` with this frame, made if it is new.
  NodeId child(NodeId parent, ModuleId module, std::uint64_t offset, bool exact);
  NodeId named_child(NodeId parent, const NamedFrame& frame);
  /// Says that the child of a node with this hash will be asked for soon, and returns the child's own hash: both may be
  /// nodes that are not there yet.
  std::uint32_t expect_child(std::uint32_t parent_hash, ModuleId module, std::uint64_t offset, bool exact) const {
    const std::uint32_t hash = hash_of(parent_hash, module, offset, exact, -1);
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], 1);
    return hash;
  }
  /// The same nodes if they are there already, else kUnknownStack.
  NodeId find_child(NodeId parent, ModuleId module, std::uint64_t offset, bool exact) const;
  NodeId find_named_child(NodeId parent, const NamedFrame& frame) const;
  static constexpr NodeId root(trace::StackEnd end) { return NodeId{static_cast<std::size_t>(end)}; }

  std::size_t size() const { return nodes_.size(); }
  /// Whether every stack (but the unknown one) ends at its root.
  bool all_complete() const { return all_complete_; }
  const Node& node(NodeId id) const { return nodes_[id.index()]; }
  bool is_frame(NodeId id) const { return id.index() >= kFirstFrameNode; }
  const NamedFrame& named_frame(std::int32_t index) const { return named_[static_cast<std::size_t>(index)]; }
  /// How the stack ended outside; kNoUnwindInfo for kUnknownStack.
  trace::StackEnd end(NodeId id) const { return node(id).end; }

 private:
  /// A node's place in the hash table. It stands there with a part of its hash, so that the nodes themselves, which
  /// lie far apart, are looked at only where they are most likely the right ones.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = 0;  ///< node index + 1, 0 = free
  };
  static std::uint64_t mix(std::uint64_t value) {
    value ^= value >> 32;
    value *= 0x9e3779b97f4a7c15ULL;
    return value ^ (value >> 29);
  }
  static std::uint32_t hash_of(std::uint32_t parent_hash, ModuleId module, std::uint64_t offset, bool exact,
                               std::int32_t named) {
    std::uint64_t hash = mix((std::uint64_t{parent_hash} << 32) | module.value);
    hash = mix(hash ^ offset ^ (exact ? 0x5555 : 0) ^ (std::uint64_t{static_cast<std::uint32_t>(named)} << 17));
    return static_cast<std::uint32_t>(hash >> 32) ^ static_cast<std::uint32_t>(hash);
  }
  std::size_t find_slot(std::uint32_t hash, NodeId parent, ModuleId module, std::uint64_t offset, bool exact,
                        std::int32_t named) const;
  NodeId find(NodeId parent, ModuleId module, std::uint64_t offset, bool exact, std::int32_t named) const;
  NodeId add(NodeId parent, ModuleId module, std::uint64_t offset, bool exact, std::int32_t named);
  void grow();

  std::vector<Node, LargeAllocator<Node>> nodes_;
  std::vector<Slot, LargeAllocator<Slot>> slots_;  ///< open addressing
  bool all_complete_ = true;
  std::vector<NamedFrame> named_;
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::int32_t> named_index_;
};

}  // namespace memline::replay
