#include "model/summary_builder.h"

#include "model/cost_pass.h"

namespace memline::model {
namespace {

/// In place of the totals of the process, what the samples say that the filter lets through.
void take_from_samples(const CostsByStack& by_stack, std::vector<CounterColumn>& counters) {
  CounterSums sums(counters.size());
  by_stack.for_each([&sums](NodeId /*stack*/, const SiteCosts& costs) { add(sums, costs.counters); });
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (!counters[i].refusal.empty()) continue;
    counters[i].total = sums[i].value;
    counters[i].total_estimated = !counters[i].every_event;
  }
}

}  // namespace

Result<SummaryModel> build_summary(Profile& profile) {
  Result<Costs> costs = collect_costs(profile, false);
  if (!costs) return costs.error();
  SummaryModel summary{profile.common(), costs->totals, CounterColumns(profile.image()).all(),
                       profile.image().lost_samples};
  summary.common.losses = costs->outcome.losses;
  summary.is_filtered = profile.is_filtered();
  if (profile.is_filtered()) {
    take_from_samples(costs->by_stack, summary.counters);
    summary.common.notes.emplace_back("The peak and the RSS are the whole process's: left out.");
  }
  return summary;
}

}  // namespace memline::model
