#include "model/cost_pass.h"

#include <algorithm>

#include "model/peak_look.h"
#include "model/stack_costs.h"
#include "model/totals_counter.h"

namespace memline::model {
namespace {

/// What the events that the filter lets through acquired and is live at the stop point.
struct Owned {
  std::vector<std::int64_t> bytes_by_stack;
  std::int64_t bytes = 0;
  std::uint64_t blocks = 0;  ///< mappings are none

  void add(const replay::LiveBlock& block) {
    if (!block.observed) return;
    const auto more = static_cast<std::int64_t>(block.bytes);
    bytes += more;
    if (block.kind != replay::BlockKind::kMapping) ++blocks;
    if (block.owner.none()) return;
    if (bytes_by_stack.size() <= block.owner.index()) bytes_by_stack.resize(block.owner.index() + 1);
    bytes_by_stack[block.owner.index()] += more;
  }
};

void set_column(std::vector<SiteCosts>& by_stack, std::int64_t SiteCosts::*column, const Owned& owned) {
  if (by_stack.size() < owned.bytes_by_stack.size()) by_stack.resize(owned.bytes_by_stack.size());
  for (SiteCosts& costs : by_stack) costs.*column = 0;
  for (std::size_t i = 0; i < owned.bytes_by_stack.size(); ++i) by_stack[i].*column = owned.bytes_by_stack[i];
}

/// What can only be said of the process as a whole.
void add_process_totals(const replay::Image& image, const replay::Outcome& outcome, Totals& totals) {
  totals.peak = outcome.peak_live_bytes;
  if (image.ticks_per_second > 0) {
    totals.peak_time = outcome.peak_event == 0 ? 0 : image.seconds_since_start(outcome.peak_ticks);
  }
  for (const replay::RssSample& sample : image.rss) totals.max_rss = std::max(totals.max_rss, sample.rss_bytes);
}

}  // namespace

Result<Costs> collect_costs(const Profile& profile) {
  const replay::Image& image = profile.image();
  StackCosts stack_costs;
  TotalsCounter counter;
  PeakLook peak_look(image);
  ObserverList all({&stack_costs, &counter, &peak_look});
  Owned at_end;
  Result<replay::Outcome> outcome = profile.run(&all, {}, [&](const replay::LiveBlock& block) { at_end.add(block); });
  if (!outcome) return outcome.error();

  Costs costs{stack_costs.finish(), counter.totals(), *outcome};
  costs.peak_look = peak_look.ticks();
  costs.totals.threads = profile.filter().threads.empty() ? image.threads.size() : profile.filter().threads.size();
  costs.totals.at_end = at_end.bytes;
  costs.totals.leaked_blocks = at_end.blocks;
  if (!profile.is_filtered()) {
    add_process_totals(image, *outcome, costs.totals);
    return costs;
  }

  Owned at_peak;
  const Result<replay::Outcome> peak = profile.run(nullptr, {.event = outcome->peak_event, .ticks = {}},
                                                   [&](const replay::LiveBlock& block) { at_peak.add(block); });
  if (!peak) return peak.error();
  set_column(costs.by_stack, &SiteCosts::at_peak, at_peak);
  set_column(costs.by_stack, &SiteCosts::at_end, at_end);
  return costs;
}

}  // namespace memline::model
