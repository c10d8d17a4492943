#include "model/region_builder.h"

#include <cstddef>
#include <utility>

#include "base/counted.h"
#include "model/frame_source.h"
#include "model/function_choice.h"
#include "model/profile_notes.h"
#include "model/region_tracker.h"

namespace memline::model {
Result<RegionModel> build_regions(Profile& profile, const RegionRequest& request, const RegionSink& sink) {
  const auto nothing = [&](std::string message) {
    return mind_damage({ExitCode::kNothing, std::move(message), profile.recording().path}, profile.recording().losses);
  };
  // A name that stands for nothing is an error: a table of the others would not show that it is missing.
  const Result<std::vector<FunctionId>> functions = functions_named(profile, request.functions);
  if (!functions) return mind_damage(functions.error(), profile.recording().losses);
  if (functions->empty() && profile.image().spans.empty()) {
    return nothing(
        "the program has no spans (memline_span_begin of memline/marker.h); --region-func NAME takes the "
        "calls of a function instead");
  }
  if (request.metric == RegionMetric::kRss && profile.image().rss.empty()) return nothing("no RSS was sampled");

  std::vector<std::string> names;
  for (const FunctionId id : *functions) names.push_back(profile.display_name(profile.frames().function(id).name));
  const CounterColumns counters(profile.image());
  std::size_t ended = 0;
  RegionTracker tracker(profile.frames(), *functions, names, profile.image(), counters, request.metric,
                        [&](const Region& region) {
                          ++ended;
                          sink(region, counters.all());
                        });
  const Result<replay::Outcome> outcome = profile.run(&tracker);
  if (!outcome) return outcome.error();
  const std::size_t unended = tracker.finish();
  if (ended == 0 && unended == 0) {
    return nothing(names.empty() ? "no span was begun in what is shown"
                                 : "no event has '" + names.front() + "' on its stack");
  }

  RegionModel regions;
  regions.common = profile.common();
  regions.common.losses = outcome->losses;
  regions.metric = request.metric;
  regions.counters = counters.all();
  if (unended > 0) regions.common.notes.push_back(counted(unended, "span", "spans") + " never ended.");
  return regions;
}

}  // namespace memline::model
