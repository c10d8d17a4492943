#include "replay/stack_table.h"

#include <utility>

namespace memline::replay {

StackTable::StackTable() : slots_(64) {
  nodes_.resize(kFirstFrameNode);
  for (std::size_t i = 0; i < kFirstFrameNode; ++i) nodes_[i].hash = static_cast<std::uint32_t>(i);
  for (std::size_t i = 0; i < trace::kStackEnds; ++i) nodes_[i].end = static_cast<trace::StackEnd>(i);
}

std::size_t StackTable::find_slot(std::uint32_t hash, NodeId parent, ModuleId module, std::uint64_t offset, bool exact,
                                  std::int32_t named) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot].entry != 0; slot = (slot + 1) & mask) {
    if (slots_[slot].hash != hash) continue;
    const Node& node = nodes_[slots_[slot].entry - 1];
    if (node.parent == parent && node.offset == offset && node.module == module && node.exact == exact &&
        node.named == named) {
      break;
    }
  }
  return slot;
}

void StackTable::grow() {
  decltype(slots_) old(slots_.size() * 4);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& moved : old) {
    if (moved.entry == 0) continue;
    std::size_t slot = moved.hash & mask;
    while (slots_[slot].entry != 0) slot = (slot + 1) & mask;
    slots_[slot] = moved;
  }
}

NodeId StackTable::add(NodeId parent, ModuleId module, std::uint64_t offset, bool exact, std::int32_t named) {
  const std::uint32_t hash = hash_of(node(parent).hash, module, offset, exact, named);
  const std::size_t slot = find_slot(hash, parent, module, offset, exact, named);
  if (slots_[slot].entry != 0) return NodeId{slots_[slot].entry - std::size_t{1}};
  nodes_.push_back({parent, module, offset, exact, node(parent).end, named, hash});
  slots_[slot] = {hash, static_cast<std::uint32_t>(nodes_.size())};
  all_complete_ = all_complete_ && nodes_.back().end == trace::StackEnd::kRoot;
  if (nodes_.size() * 2 > slots_.size()) grow();
  return NodeId{nodes_.size() - 1};
}

NodeId StackTable::child(NodeId parent, ModuleId module, std::uint64_t offset, bool exact) {
  return add(parent, module, offset, exact, -1);
}

NodeId StackTable::named_child(NodeId parent, const NamedFrame& frame) {
  const auto [found, fresh] =
      named_index_.try_emplace({frame.file, frame.function, frame.line}, static_cast<std::int32_t>(named_.size()));
  if (fresh) named_.push_back(frame);
  return add(parent, ModuleId{}, 0, true, found->second);
}

NodeId StackTable::find_child(NodeId parent, ModuleId module, std::uint64_t offset, bool exact) const {
  return find(parent, module, offset, exact, -1);
}

NodeId StackTable::find_named_child(NodeId parent, const NamedFrame& frame) const {
  const auto found = named_index_.find({frame.file, frame.function, frame.line});
  if (found == named_index_.end()) return kUnknownStack;
  return find(parent, ModuleId{}, 0, true, found->second);
}

NodeId StackTable::find(NodeId parent, ModuleId module, std::uint64_t offset, bool exact, std::int32_t named) const {
  const std::uint32_t hash = hash_of(node(parent).hash, module, offset, exact, named);
  const std::uint32_t entry = slots_[find_slot(hash, parent, module, offset, exact, named)].entry;
  return entry == 0 ? kUnknownStack : NodeId{entry - std::size_t{1}};
}

}  // namespace memline::replay
