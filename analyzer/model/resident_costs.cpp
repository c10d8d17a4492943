#include "model/resident_costs.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace memline::model {
namespace {

SiteCosts* costs_of(CostsByStack& by_stack, const replay::LiveBlock& block) {
  return block.owner.none() ? nullptr : by_stack.find(block.owner);
}

std::string note_of(const ResidentBlocks& at_peak, std::int64_t looked_at, std::int64_t peak) {
  const std::optional<double> distance = at_peak.seconds_to_look();
  if (!distance) return "";
  char text[200];
  const double part = peak > 0 ? 100.0 * static_cast<double>(looked_at) / static_cast<double>(peak) : 100.0;
  std::snprintf(text, sizeof text, "Resident: seen %.4g ms %s the peak; %.4g %% of the bytes at peak were looked at.",
                std::abs(*distance) * 1000, *distance < 0 ? "before" : "after", part);
  return text;
}

}  // namespace

void add_resident_at_end(const ResidentBlocks& blocks, const std::vector<replay::LiveBlock>& live,
                         CostsByStack& by_stack) {
  for (const replay::LiveBlock& block : live) {
    SiteCosts* const owner = block.observed ? costs_of(by_stack, block) : nullptr;
    const std::optional<std::uint64_t> resident = owner == nullptr ? std::nullopt : blocks.find(block);
    if (!resident) continue;
    owner->resident_at_end += static_cast<std::int64_t>(*resident);
    owner->looked_at_end += static_cast<std::int64_t>(block.bytes);
  }
}

std::string add_resident_at_peak(const ResidentBlocks& blocks, const std::vector<replay::LiveBlock>& live,
                                 CostsByStack& by_stack) {
  std::int64_t bytes = 0, looked_at = 0;
  for (const replay::LiveBlock& block : live) {
    SiteCosts* const owner = block.observed ? costs_of(by_stack, block) : nullptr;
    if (owner == nullptr) continue;
    bytes += static_cast<std::int64_t>(block.bytes);
    const std::optional<std::uint64_t> resident = blocks.find(block);
    if (!resident) continue;
    looked_at += static_cast<std::int64_t>(block.bytes);
    owner->resident_at_peak += static_cast<std::int64_t>(*resident);
    owner->looked_at_peak += static_cast<std::int64_t>(block.bytes);
  }
  return note_of(blocks, looked_at, bytes);
}

}  // namespace memline::model
