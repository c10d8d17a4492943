#include "model/block_owners.h"

#include <iterator>

namespace memline::model {

using replay::AddressStep;

void BlockOwners::cut(Ranges& ranges, std::uint64_t begin, std::uint64_t end) {
  if (end <= begin) return;
  auto at = ranges.lower_bound(begin);
  if (at != ranges.begin()) {
    const auto before = std::prev(at);
    const Range old = before->second;
    if (old.end > begin) {
      before->second.end = begin;
      if (old.end > end) ranges[end] = old;
    }
  }
  while (at != ranges.end() && at->first < end) {
    const Range old = at->second;
    at = ranges.erase(at);
    if (old.end > end) ranges[end] = old;
  }
}

void BlockOwners::put(Ranges& ranges, std::uint64_t begin, std::uint64_t end, NodeId owner) {
  cut(ranges, begin, end);
  if (end > begin) ranges[begin] = {end, owner};
}

NodeId BlockOwners::find_in(const Ranges& ranges, std::uint64_t address) {
  auto at = ranges.upper_bound(address);
  if (at == ranges.begin()) return {};
  --at;
  return address < at->second.end ? at->second.owner : NodeId{};
}

NodeId BlockOwners::find(std::uint64_t address) const {
  const NodeId block = find_in(blocks_, address);
  return block.none() ? find_in(mappings_, address) : block;
}

NodeId BlockOwners::find_beside(std::uint64_t address, std::uint64_t bytes) const {
  const auto after = blocks_.upper_bound(address);
  if (after != blocks_.begin() && address - std::prev(after)->second.end <= bytes)
    return std::prev(after)->second.owner;
  return after != blocks_.end() && after->first - address <= bytes ? after->second.owner : NodeId{};
}

void BlockOwners::apply(const AddressStep& step) {
  const std::uint64_t end = step.address + step.length;
  switch (step.kind) {
    case AddressStep::Kind::kMove:
      blocks_.erase(step.from);
      put(blocks_, step.address, end, step.stack);
      break;
    case AddressStep::Kind::kAcquire:
      put(blocks_, step.address, end, step.stack);
      break;
    case AddressStep::Kind::kRelease:
      blocks_.erase(step.address);
      break;
    case AddressStep::Kind::kRemap:
      cut(mappings_, step.from, step.from + step.from_length);
      put(mappings_, step.address, end, step.stack);
      break;
    case AddressStep::Kind::kMap:
      put(mappings_, step.address, end, step.stack);
      break;
    case AddressStep::Kind::kUnmap:
      cut(mappings_, step.address, end);
      break;
    case AddressStep::Kind::kGiveUp:
      break;
  }
}

}  // namespace memline::model
