#include "model/cost_pass.h"

#include <algorithm>
#include <utility>

#include "model/peak_look.h"
#include "model/resident_blocks.h"
#include "model/resident_costs.h"
#include "model/stack_costs.h"
#include "model/stack_samples.h"
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

void set_column(CostsByStack& by_stack, std::int64_t SiteCosts::*column, const Owned& owned) {
  by_stack.for_each([column](NodeId /*stack*/, SiteCosts& costs) { costs.*column = 0; });
  for (std::size_t i = 0; i < owned.bytes_by_stack.size(); ++i) {
    if (owned.bytes_by_stack[i] != 0) by_stack.at(NodeId{i}).*column = owned.bytes_by_stack[i];
  }
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

Result<Costs> collect_costs(Profile& profile, bool with_resident, ChangeTape* tape) {
  const replay::Image& image = profile.image();
  with_resident = with_resident && !image.looks.empty();
  StackCosts stack_costs;
  TotalsCounter counter;
  PeakLook peak_look(image);
  ResidentBlocks resident_at_end = ResidentBlocks::at_end(image);
  const CounterColumns columns(image);
  StackSamples samples(columns, profile.frames());
  std::vector<replay::Observer*> observers = {&stack_costs, &counter, &samples};
  if (with_resident) observers.insert(observers.end(), {&peak_look, &resident_at_end});
  if (tape != nullptr) observers.push_back(tape);
  ObserverList all(std::move(observers));
  Owned at_end;
  std::vector<replay::LiveBlock> live;
  const auto see = [&](Owned& owned) {
    live.clear();
    return [&](const replay::LiveBlock& block) {
      owned.add(block);
      if (with_resident) live.push_back(block);
    };
  };
  Result<replay::Outcome> outcome = profile.run(&all, {}, see(at_end));
  if (!outcome) return outcome.error();

  if (tape != nullptr) tape->finish(outcome->losses);
  Costs costs{stack_costs.finish(), counter.totals(), *outcome};
  const std::vector<CounterSums>& sampled = samples.by_stack();
  for (std::size_t i = 0; i < sampled.size(); ++i) {
    if (!sampled[i].empty()) costs.by_stack.at(NodeId{i}).counters = sampled[i];
  }
  costs.totals.threads = profile.filter().threads.empty() ? image.threads.size() : profile.filter().threads.size();
  costs.totals.at_end = at_end.bytes;
  costs.totals.leaked_blocks = at_end.blocks;
  if (with_resident) add_resident_at_end(resident_at_end, live, costs.by_stack);
  if (!profile.is_filtered()) add_process_totals(image, *outcome, costs.totals);
  if (!profile.is_filtered() && !with_resident) return costs;

  const std::uint64_t peak_ticks = outcome->peak_event == 0 ? image.start.ticks : outcome->peak_ticks;
  ResidentBlocks resident_at_peak = ResidentBlocks::at_peak(image, peak_ticks, peak_look.ticks());
  Owned at_peak;
  const Result<replay::Outcome> peak =
      profile.run(with_resident ? &resident_at_peak : nullptr,
                  {.event = outcome->peak_event, .ticks = {}, .go_on = with_resident}, see(at_peak));
  if (!peak) return peak.error();
  if (profile.is_filtered()) {
    set_column(costs.by_stack, &SiteCosts::at_peak, at_peak);
    set_column(costs.by_stack, &SiteCosts::at_end, at_end);
  }
  if (with_resident) costs.resident_note = add_resident_at_peak(resident_at_peak, live, costs.by_stack);
  return costs;
}

}  // namespace memline::model
