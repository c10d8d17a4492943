#include "model/summary_builder.h"

#include "model/cost_pass.h"

namespace memline::model {

Result<SummaryModel> build_summary(Profile& profile) {
  Result<Costs> costs = collect_costs(profile, false);
  if (!costs) return costs.error();
  SummaryModel summary{profile.common(), costs->totals, CounterColumns(profile.image()).all(),
                       profile.image().lost_samples};
  summary.common.losses = costs->outcome.losses;
  if (profile.is_filtered()) {
    summary.common.notes.emplace_back("The peak and the RSS are the whole process's: left out.");
  }
  return summary;
}

}  // namespace memline::model
