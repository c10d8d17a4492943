#include "model/report_builder.h"

#include <algorithm>
#include <map>
#include <optional>

#include "model/frame_source.h"
#include "model/function_choice.h"
#include "model/function_report.h"
#include "model/line_flow.h"

namespace memline::model {
namespace {

/// Many functions can share a name (push_back); of those without events a few will do.
constexpr std::size_t kMostWithoutEvents = 10;

constexpr const char* kNoEventNote =
    "No event has this function on its stack. If it does allocate, it ends in a tail call (a jump, which leaves no "
    "frame): its bytes then stand on its caller's line.";
constexpr const char* kNoShownEventNote =
    "No event that --thread and --span let through has this function on its stack.";

struct Flows {
  std::map<FunctionId, FunctionFlow> by_function;
  replay::Losses losses;
};

Result<Flows> collect_flows(Profile& profile, const std::vector<FunctionGroup>& groups) {
  std::vector<FunctionId> functions;
  for (const FunctionGroup& group : groups) {
    for (const FunctionId id : group.functions) functions.push_back(id);
  }
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  LineFlow line_flow(profile.frames(), functions, profile.image().rss);
  const Result<replay::Outcome> outcome = profile.run(&line_flow);
  if (!outcome) return outcome.error();
  Flows flows;
  flows.losses = outcome->losses;
  std::vector<FunctionFlow> found = line_flow.finish();
  for (std::size_t i = 0; i < functions.size(); ++i) flows.by_function[functions[i]] = std::move(found[i]);
  return flows;
}

std::string count_of_functions(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " more function" : " more functions");
}

}  // namespace

Result<ReportModel> build_report(Profile& profile, const ReportRequest& request) {
  const Result<std::vector<FunctionGroup>> groups = choose_functions(profile, request);
  if (!groups) return groups.error();
  const Result<Flows> flows = collect_flows(profile, *groups);
  if (!flows) return flows.error();

  const bool is_filtered = !profile.options().threads.empty() || profile.options().span.has_value();
  ReportModel report;
  report.common = profile.common();
  report.common.losses = flows->losses;
  report.show_rss = request.rss;
  for (const FunctionGroup& group : *groups) {
    if (!group.missing.empty()) {
      report.not_found.push_back(group.missing);
      continue;
    }
    const auto has_events = [&](FunctionId id) { return flows->by_function.at(id).whole.flow.seen > 0; };
    const bool any = std::any_of(group.functions.begin(), group.functions.end(), has_events);
    std::size_t without_events = 0;
    for (const FunctionId id : group.functions) {
      const bool eventless = !has_events(id);
      if (eventless && (any || !group.by_name || without_events >= kMostWithoutEvents)) {
        ++without_events;
        continue;
      }
      if (eventless) ++without_events;
      report.functions.push_back(make_function_report(profile, id, flows->by_function.at(id)));
      if (eventless) report.functions.back().notes.emplace_back(is_filtered ? kNoShownEventNote : kNoEventNote);
    }
    const std::size_t hidden = any ? without_events : without_events - std::min(without_events, kMostWithoutEvents);
    if (group.by_name && hidden > 0) {
      report.common.notes.push_back("'" + group.wanted + "' also names " + count_of_functions(hidden) +
                                    " without any event, not shown.");
    }
  }
  if (report.functions.empty()) {
    return Error{ExitCode::kNothing, "no function that was asked for has any event", profile.recording().path};
  }
  return report;
}

}  // namespace memline::model
