#include "model/stack_symbols.h"

namespace memline::model {
namespace {

constexpr std::size_t kLeastSlots = 1024;

std::size_t hash_of(ModuleId module, std::uint64_t offset) {
  return static_cast<std::size_t>(((offset ^ (std::uint64_t{module.value} << 40)) * 0x9e3779b97f4a7c15ULL) >> 32);
}

}  // namespace

StackSymbols::StackSymbols(const replay::StackTable& stacks, symbols::Symbolizer& symbolizer)
    : stacks_(stacks), symbolizer_(symbolizer), slots_(kLeastSlots) {}

NodeId StackSymbols::parent(NodeId node) const {
  if (!stacks_.is_frame(node)) return {};
  const NodeId parent = stacks_.node(node).parent;
  return stacks_.is_frame(parent) ? parent : NodeId{};
}

ModuleId StackSymbols::module(NodeId node) const {
  return stacks_.is_frame(node) ? stacks_.node(node).module : ModuleId{};
}

void StackSymbols::prepare(std::span<const NodeId> nodes) {
  std::vector<symbols::Symbolizer::Address> addresses;
  addresses.reserve(nodes.size());
  for (const NodeId id : nodes) {
    if (!stacks_.is_frame(id)) continue;
    const replay::Node& node = stacks_.node(id);
    if (node.named < 0) addresses.push_back({node.module, node.offset, node.exact});
  }
  symbolizer_.prepare(addresses);
}

const symbols::CallTypes& StackSymbols::call_types(NodeId node) {
  const bool is_call = stacks_.is_frame(node) && stacks_.node(node).named < 0 && !stacks_.node(node).exact;
  if (!is_call) return FrameSource::call_types(node);
  return symbolizer_.call_types(stacks_.node(node).module, stacks_.node(node).offset);
}

void StackSymbols::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& moved : old) {
    if (moved.entry == 0) continue;
    std::size_t slot = hash_of(moved.module, moved.offset) & (slots_.size() - 1);
    while (slots_[slot].entry != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = moved;
  }
}

std::uint32_t StackSymbols::find(const replay::Node& node) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(node.module, node.offset) & mask;
  for (; slots_[slot].entry != 0; slot = (slot + 1) & mask) {
    const Slot& known = slots_[slot];
    const bool exact = (known.entry & 1) != 0;
    if (known.offset == node.offset && known.module == node.module && exact == node.exact) return known.entry / 2;
  }
  frames_.push_back(symbolizer_.frames(node.module, node.offset, node.exact));
  const auto number = static_cast<std::uint32_t>(frames_.size());
  slots_[slot] = {node.offset, node.module, number * 2 + (node.exact ? 1 : 0)};
  if (frames_.size() * 2 > slots_.size()) grow();
  return number;
}

std::span<const symbols::Frame> StackSymbols::frames(NodeId node) {
  if (!stacks_.is_frame(node)) return {};
  if (by_node_.size() <= node.index()) by_node_.resize(stacks_.size());
  std::uint32_t& known = by_node_[node.index()];
  if (known != 0) return frames_[known - 1];
  const replay::Node& raw = stacks_.node(node);
  if (raw.named >= 0) {
    const replay::NamedFrame& named = stacks_.named_frame(raw.named);
    named_.push_back(symbolizer_.named_frame(named.file, named.function, named.line));
    frames_.emplace_back(&named_.back(), 1);
    known = static_cast<std::uint32_t>(frames_.size());
  } else {
    known = find(raw);
  }
  return frames_[known - 1];
}

}  // namespace memline::model
