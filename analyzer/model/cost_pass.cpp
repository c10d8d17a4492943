#include "model/cost_pass.h"

#include <algorithm>

#include "model/block_filter.h"
#include "model/peak_look.h"
#include "model/stack_costs.h"
#include "model/totals_counter.h"

namespace memline::model {
namespace {

SiteCosts& costs_of(std::vector<SiteCosts>& by_stack, NodeId owner) {
  if (by_stack.size() <= owner.index()) by_stack.resize(owner.index() + 1);
  return by_stack[owner.index()];
}

}  // namespace

Result<Costs> collect_costs(const Profile& profile) {
  const replay::Image& image = profile.image();
  BlockFilter filter(image, profile.filter());
  StackCosts stack_costs;
  TotalsCounter counter;
  PeakLook peak_look(image);
  std::vector<replay::Observer*> observers{&stack_costs, &counter, &peak_look};
  if (filter.needs_events()) observers.push_back(&filter);
  ObserverList all(observers);

  // Blocks cannot be asked for their span before the last event is seen, so the live ones are kept.
  std::vector<replay::LiveBlock> live_at_end;
  Result<replay::Outcome> outcome =
      profile.run(&all, {}, [&](const replay::LiveBlock& block) { live_at_end.push_back(block); });
  if (!outcome) return outcome.error();

  Costs costs{stack_costs.finish(), counter.totals(), *outcome};
  costs.peak_look = peak_look.ticks();
  costs.totals.threads = profile.filter().threads.empty() ? image.threads.size() : profile.filter().threads.size();
  costs.totals.peak = outcome->peak_live_bytes;
  costs.totals.peak_time = outcome->peak_event == 0 ? 0 : image.seconds_since_start(outcome->peak_ticks);
  costs.totals.at_end = outcome->live_bytes;
  for (const replay::RssSample& sample : image.rss)
    costs.totals.max_rss = std::max(costs.totals.max_rss, sample.rss_bytes);
  for (const replay::LiveBlock& block : live_at_end) {
    if (block.kind != replay::BlockKind::kMapping && filter.contains(block)) ++costs.totals.leaked_blocks;
  }
  if (filter.passes_all()) return costs;

  for (SiteCosts& stack : costs.by_stack) stack.at_peak = stack.at_end = 0;
  for (const replay::LiveBlock& block : live_at_end) {
    if (filter.contains(block) && !block.owner.none()) {
      costs_of(costs.by_stack, block.owner).at_end += static_cast<std::int64_t>(block.bytes);
    }
  }
  const auto at_peak = [&](const replay::LiveBlock& block) {
    if (filter.contains(block) && !block.owner.none()) {
      costs_of(costs.by_stack, block.owner).at_peak += static_cast<std::int64_t>(block.bytes);
    }
  };
  const Result<replay::Outcome> peak = profile.run(nullptr, {.event = outcome->peak_event, .ticks = {}}, at_peak);
  if (!peak) return peak.error();
  return costs;
}

}  // namespace memline::model
