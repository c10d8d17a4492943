#include "model/region_builder.h"

#include <cstddef>
#include <utility>

#include "base/counted.h"
#include "model/frame_source.h"
#include "model/function_choice.h"
#include "model/profile_notes.h"
#include "model/region_tracker.h"

namespace memline::model {
namespace {

/// The functions that the names stand for. A name that matches nothing is an error, for a table of the others would not
/// show that it is missing.
Result<std::vector<FunctionId>> find_functions(Profile& profile, const std::vector<std::string>& names) {
  std::vector<FunctionId> functions;
  if (names.empty()) return functions;
  ReportRequest request;
  request.functions = names;
  const Result<std::vector<FunctionGroup>> groups = choose_functions(profile, request);
  if (!groups) return groups.error();
  for (const FunctionGroup& group : *groups) {
    if (!group.missing.empty()) return Error{ExitCode::kNothing, group.missing, profile.recording().path};
    functions.insert(functions.end(), group.functions.begin(), group.functions.end());
  }
  return functions;
}

}  // namespace

Result<RegionModel> build_regions(Profile& profile, const RegionRequest& request,
                                  const std::function<void(const Region&)>& sink) {
  const auto nothing = [&](std::string message) {
    return mind_damage({ExitCode::kNothing, std::move(message), profile.recording().path}, profile.recording().losses);
  };
  const Result<std::vector<FunctionId>> functions = find_functions(profile, request.functions);
  if (!functions) return mind_damage(functions.error(), profile.recording().losses);
  if (functions->empty() && profile.image().spans.empty()) {
    return nothing(
        "the program has no spans (memline_span_begin of memline/marker.h); --region-func NAME takes the "
        "calls of a function instead");
  }
  if (request.metric == RegionMetric::kRss && profile.image().rss.empty()) return nothing("no RSS was sampled");

  std::vector<std::string> names;
  for (const FunctionId id : *functions) names.push_back(profile.display_name(profile.frames().function(id).name));
  RegionTracker tracker(profile.frames(), *functions, std::move(names), profile.image(), request.metric, sink);
  const Result<replay::Outcome> outcome = profile.run(&tracker);
  if (!outcome) return outcome.error();
  const std::size_t unended = tracker.finish();

  RegionModel regions;
  regions.common = profile.common();
  regions.common.losses = outcome->losses;
  regions.metric = request.metric;
  if (unended > 0) regions.common.notes.push_back(counted(unended, "span", "spans") + " never ended.");
  return regions;
}

}  // namespace memline::model
