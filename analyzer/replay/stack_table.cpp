#include "replay/stack_table.h"

#include <utility>

namespace memline::replay {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0x9e3779b97f4a7c15ULL;
  return value ^ (value >> 29);
}

}  // namespace

StackTable::StackTable() : slots_(64, 0) {
  nodes_.resize(kFirstFrameNode);
  for (std::size_t i = 0; i < trace::kStackEnds; ++i) nodes_[i].end = static_cast<trace::StackEnd>(i);
}

std::size_t StackTable::find_slot(NodeId parent, ModuleId module, std::uint64_t offset, bool exact,
                                  std::int32_t named) const {
  std::uint64_t hash = mix((std::uint64_t{parent.value} << 32) | module.value);
  hash = mix(hash ^ offset ^ (exact ? 0x5555 : 0) ^ (std::uint64_t{static_cast<std::uint32_t>(named)} << 17));
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Node& node = nodes_[slots_[slot] - 1];
    if (node.parent == parent && node.offset == offset && node.module == module && node.exact == exact &&
        node.named == named) {
      break;
    }
  }
  return slot;
}

void StackTable::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (std::size_t i = kFirstFrameNode; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    slots_[find_slot(node.parent, node.module, node.offset, node.exact, node.named)] =
        static_cast<std::uint32_t>(i + 1);
  }
}

NodeId StackTable::add(NodeId parent, ModuleId module, std::uint64_t offset, bool exact, std::int32_t named) {
  std::size_t slot = find_slot(parent, module, offset, exact, named);
  if (slots_[slot] != 0) return NodeId{slots_[slot] - std::size_t{1}};
  nodes_.push_back({parent, module, offset, exact, node(parent).end, named});
  slots_[slot] = static_cast<std::uint32_t>(nodes_.size());
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
  const std::uint32_t entry = slots_[find_slot(parent, module, offset, exact, -1)];
  return entry == 0 ? kUnknownStack : NodeId{entry - std::size_t{1}};
}

NodeId StackTable::find_named_child(NodeId parent, const NamedFrame& frame) const {
  const auto found = named_index_.find({frame.file, frame.function, frame.line});
  if (found == named_index_.end()) return kUnknownStack;
  const std::uint32_t entry = slots_[find_slot(parent, ModuleId{}, 0, true, found->second)];
  return entry == 0 ? kUnknownStack : NodeId{entry - std::size_t{1}};
}

}  // namespace memline::replay
