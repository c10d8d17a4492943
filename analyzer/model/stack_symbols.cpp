#include "model/stack_symbols.h"

namespace memline::model {

StackSymbols::StackSymbols(const replay::StackTable& stacks, symbols::Symbolizer& symbolizer)
    : stacks_(stacks), symbolizer_(symbolizer) {}

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

std::span<const symbols::Frame> StackSymbols::frames(NodeId node) {
  if (!stacks_.is_frame(node)) return {};
  if (by_node_.size() <= node.index()) by_node_.resize(stacks_.size());
  std::span<const symbols::Frame>& known = by_node_[node.index()];
  if (!known.empty()) return known;
  const replay::Node& raw = stacks_.node(node);
  if (raw.named >= 0) {
    const replay::NamedFrame& named = stacks_.named_frame(raw.named);
    named_.push_back(symbolizer_.named_frame(named.file, named.function, named.line));
    known = {&named_.back(), 1};
  } else {
    known = symbolizer_.frames(raw.module, raw.offset, raw.exact);
  }
  return known;
}

}  // namespace memline::model
