#include "model/timeline/peak_builder.h"

#include <algorithm>

#include "model/function_choice.h"
#include "model/profile_notes.h"
#include "model/timeline/call_tracker.h"

namespace memline::model {

Result<PeakModel> build_peak(Profile& profile, const std::vector<std::string>& functions) {
  PeakModel model;
  model.common = profile.common();
  const Result<std::vector<FunctionId>> named = functions_named(profile, functions);
  if (!named) return mind_damage(named.error(), profile.recording().losses);
  const std::vector<FunctionId>& ids = *named;
  CallTracker tracker(profile.frames(), ids, 1);
  const Result<replay::Outcome> outcome = profile.run(ids.empty() ? nullptr : &tracker);
  if (!outcome) return outcome.error();
  tracker.take();
  model.common.losses = outcome->losses;
  model.live_bytes = outcome->peak_live_bytes;
  model.seconds = std::max(0.0, profile.image().seconds_since_start(outcome->peak_ticks));
  for (const replay::RssSample& sample : profile.image().rss) {
    model.rss_bytes = std::max(model.rss_bytes.value_or(0), sample.rss_bytes);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (tracker.calls(i) == 0) continue;
    model.functions.push_back(
        {profile.display_name(profile.frames().function(ids[i]).name), tracker.highest(i), tracker.calls(i)});
  }
  if (!ids.empty() && model.functions.empty()) {
    return mind_damage(
        {ExitCode::kNothing, "no event has '" + functions.front() + "' on its stack", profile.recording().path},
        profile.recording().losses);
  }
  return model;
}

}  // namespace memline::model
