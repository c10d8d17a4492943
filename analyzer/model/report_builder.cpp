#include "model/report_builder.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/counted.h"
#include "model/change_tape.h"
#include "model/frame_source.h"
#include "model/function_choice.h"
#include "model/function_report.h"
#include "model/line_flow.h"
#include "model/profile_notes.h"
#include "model/resident_pages.h"
#include "model/stack_samples.h"
#include "model/totals_counter.h"

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
  ResidentTotals resident;
  replay::Losses losses;
};

Result<Flows> collect_flows(Profile& profile, const std::vector<FunctionGroup>& groups, const CounterColumns& columns,
                            const ChangeTape& tape) {
  std::vector<FunctionId> functions;
  for (const FunctionGroup& group : groups) {
    for (const FunctionId id : group.functions) functions.push_back(id);
  }
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  LineFlow line_flow(profile.frames(), functions, profile.image().rss);
  StackSamples samples(columns, profile.frames());
  ResidentPages pages(profile.image(), profile.frames());
  Flows flows;
  if (tape.is_complete() && profile.image().samples == 0 && !pages.totals().measured) {
    tape.play(line_flow);
    flows.losses = tape.losses();
  } else {
    ObserverList all({&line_flow, &samples, &pages});
    const Result<replay::Outcome> outcome = profile.run(&all);
    if (!outcome) return outcome.error();
    flows.losses = outcome->losses;
  }
  std::vector<FunctionFlow> found =
      line_flow.finish(samples.by_stack(), pages.totals().measured ? &pages.by_stack() : nullptr);
  flows.resident = pages.totals();
  for (std::size_t i = 0; i < functions.size(); ++i) flows.by_function[functions[i]] = std::move(found[i]);
  return flows;
}

/// What is shown of a name's functions that no event has on its stack.
class EventlessChoice {
 public:
  /// A glob may name thousands of functions in libraries: of those without events only the program's own are shown.
  EventlessChoice(Profile& profile, const FunctionGroup& group, bool any_with_events)
      : profile_(profile),
        shows_any_(group.by_name && !any_with_events),
        own_only_(group.wanted.find_first_of("*?") != std::string::npos && group.functions.size() > 1) {}

  bool show(FunctionId id) {
    const ModuleId module = profile_.frames().function(id).module;
    const bool own = !module.none() && profile_.image().modules[module.index()].main_executable;
    const bool shown = shows_any_ && shown_ < kMostWithoutEvents && (own || !own_only_);
    ++(shown ? shown_ : hidden_);
    return shown;
  }
  std::size_t hidden() const { return hidden_; }

 private:
  Profile& profile_;
  bool shows_any_, own_only_;
  std::size_t shown_ = 0, hidden_ = 0;
};

}  // namespace

Result<ReportModel> build_report(Profile& profile, const ReportRequest& request) {
  ChangeTape tape(profile.image().rss);
  const Result<std::vector<FunctionGroup>> groups = choose_functions(profile, request, &tape);
  if (!groups) return mind_damage(groups.error(), profile.recording().losses);
  const CounterColumns columns(profile.image());
  const Result<Flows> flows = collect_flows(profile, *groups, columns, tape);
  if (!flows) return flows.error();

  ReportModel report;
  report.common = profile.common();
  report.common.losses = flows->losses;
  report.counters = columns.all();
  report.resident = flows->resident;
  report.resident.is_filtered = profile.is_filtered();
  report.show_rss = request.rss;
  if (request.rss && profile.image().rss.empty()) {
    report.common.notes.emplace_back("No RSS was sampled: Mem usage is empty.");
  }
  for (const FunctionGroup& group : *groups) {
    if (!group.missing.empty()) {
      report.not_found.push_back(group.missing);
      continue;
    }
    const auto has_events = [&](FunctionId id) {
      const FunctionFlow& flow = flows->by_function.at(id);
      return flow.has_events() || flow.has_samples();
    };
    const bool any = std::any_of(group.functions.begin(), group.functions.end(), has_events);
    EventlessChoice choice(profile, group, any);
    const std::size_t shown_before = report.functions.size();
    for (const FunctionId id : group.functions) {
      const bool eventless = !has_events(id);
      if (eventless && !choice.show(id)) continue;
      report.functions.push_back(make_function_report(profile, id, flows->by_function.at(id)));
      if (eventless)
        report.functions.back().notes.emplace_back(profile.is_filtered() ? kNoShownEventNote : kNoEventNote);
    }
    if (!group.by_name || choice.hidden() == 0) continue;
    if (report.functions.size() == shown_before) {
      report.not_found.push_back("'" + group.wanted + "' names " + counted(choice.hidden(), "function", "functions") +
                                 ", and no event has one on its stack");
    } else {
      report.common.notes.push_back("'" + group.wanted + "' also names " +
                                    counted(choice.hidden(), "more function", "more functions") +
                                    " without any event, not shown.");
    }
  }
  if (report.functions.empty()) {
    const bool asked = !request.functions.empty() || !request.files.empty();
    const char* const nothing = asked                   ? "no function that was asked for has any event"
                                : profile.is_filtered() ? "no function has an event that the filter lets through"
                                                        : "no function has any event";
    const std::string message = report.not_found.empty() ? nothing : report.not_found.front();
    return mind_damage({ExitCode::kNothing, message, profile.recording().path}, profile.recording().losses);
  }
  return report;
}

}  // namespace memline::model
