#include "model/resident_costs.h"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "model/resident_blocks.h"
#include "model/totals_counter.h"

namespace memline::model {
namespace {

SiteCosts* costs_of(std::vector<SiteCosts>& by_stack, const replay::LiveBlock& block) {
  return !block.owner.none() && block.owner.index() < by_stack.size() ? &by_stack[block.owner.index()] : nullptr;
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

std::optional<Error> add_resident_costs(const Profile& profile, Costs& costs) {
  const replay::Image& image = profile.image();
  const std::uint64_t peak_ticks = costs.outcome.peak_event == 0 ? image.start.ticks : costs.outcome.peak_ticks;
  ResidentBlocks at_peak = ResidentBlocks::at_peak(image, peak_ticks, costs.peak_look);
  ResidentBlocks at_end = ResidentBlocks::at_end(image);
  ObserverList all({&at_peak, &at_end});
  std::vector<replay::LiveBlock> live_at_end;
  const auto whole = profile.run(&all, {}, [&](const replay::LiveBlock& block) { live_at_end.push_back(block); });
  if (!whole) return whole.error();

  for (const replay::LiveBlock& block : live_at_end) {
    SiteCosts* const owner = block.observed ? costs_of(costs.by_stack, block) : nullptr;
    const std::optional<std::uint64_t> resident = owner == nullptr ? std::nullopt : at_end.find(block);
    if (!resident) continue;
    owner->resident_at_end += static_cast<std::int64_t>(*resident);
    owner->looked_at_end += static_cast<std::int64_t>(block.bytes);
  }
  std::int64_t bytes = 0, looked_at = 0;
  const auto peak =
      profile.run(nullptr, {.event = costs.outcome.peak_event, .ticks = {}}, [&](const replay::LiveBlock& block) {
        SiteCosts* const owner = block.observed ? costs_of(costs.by_stack, block) : nullptr;
        if (owner == nullptr) return;
        bytes += static_cast<std::int64_t>(block.bytes);
        const std::optional<std::uint64_t> resident = at_peak.find(block);
        if (!resident) return;
        looked_at += static_cast<std::int64_t>(block.bytes);
        owner->resident_at_peak += static_cast<std::int64_t>(*resident);
        owner->looked_at_peak += static_cast<std::int64_t>(block.bytes);
      });
  if (!peak) return peak.error();
  costs.resident_note = note_of(at_peak, looked_at, bytes);
  return std::nullopt;
}

}  // namespace memline::model
