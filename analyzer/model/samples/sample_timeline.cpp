#include "model/samples/sample_timeline.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "model/timeline/line_fit.h"

namespace memline::model {
namespace {

bool is_wanted(const SampledCall& call, const std::vector<std::string>& functions) {
  return functions.empty() || std::any_of(functions.begin(), functions.end(), [&](const std::string& wanted) {
           return is_function(call.function, wanted);
         });
}

std::string name_of(const SampleFile& file) {
  if (file.metric == "rss") return "RSS (sampled)";
  if (file.metric == "pss") return "PSS (sampled)";
  if (file.metric == "uss") return "USS (sampled)";
  return (file.metric.empty() ? "memory" : file.metric) + " (sampled)";
}

}  // namespace

bool is_function(const std::string& name, const std::string& wanted) {
  return name == wanted ||
         (name.ends_with(wanted) && name.size() > wanted.size() && name[name.size() - wanted.size() - 1] == '.');
}

std::optional<MemorySample> highest_sample(const SampleFile& file, const std::string& function) {
  const auto counts = [&](const MemorySample& sample) {
    return function.empty() || std::any_of(file.calls.begin(), file.calls.end(), [&](const SampledCall& call) {
             return is_function(call.function, function) && call.begin.time <= sample.time &&
                    sample.time <= call.end.time;
           });
  };
  std::optional<MemorySample> highest;
  for (const MemorySample& sample : file.watched.samples) {
    if ((!highest || sample.bytes > highest->bytes) && counts(sample)) highest = sample;
  }
  return highest;
}

Result<Timeline> sample_timeline(const SampleFile& file, const SampleRequest& request) {
  double first = std::numeric_limits<double>::max(), last = std::numeric_limits<double>::lowest();
  const auto include = [&](const SampledProcess& process) {
    for (const MemorySample& sample : process.samples) {
      first = std::min(first, sample.time);
      last = std::max(last, sample.time);
    }
  };
  include(file.watched);
  for (const SampledProcess& child : file.children) include(child);

  Timeline timeline;
  timeline.program = file.command;
  timeline.from = std::max(0.0, request.from.value_or(0));
  timeline.to = std::min(last - first, request.to.value_or(last - first));
  const auto inside = [&](double seconds) { return seconds >= timeline.from && seconds <= timeline.to; };
  const auto add = [&](const SampledProcess& process, CurveKind kind, std::string name) {
    Curve curve;
    curve.kind = kind;
    curve.name = std::move(name);
    for (const MemorySample& sample : process.samples) {
      if (inside(sample.time - first)) curve.points.push_back({sample.time - first, sample.bytes});
    }
    if (curve.points.empty()) return;
    std::stable_sort(curve.points.begin(), curve.points.end(),
                     [](const TimePoint& a, const TimePoint& b) { return a.seconds < b.seconds; });
    curve.peak = *std::max_element(curve.points.begin(), curve.points.end(),
                                   [](const TimePoint& a, const TimePoint& b) { return a.bytes < b.bytes; });
    if (request.fit && timeline.curves.empty()) curve.fit = fit_line(curve.points);
    timeline.curves.push_back(std::move(curve));
  };
  add(file.watched, CurveKind::kSamples, name_of(file));
  for (const SampledProcess& child : file.children) add(child, CurveKind::kChild, "child " + std::to_string(child.pid));
  if (timeline.curves.empty()) return Error{ExitCode::kNothing, "no sample lies in the window"};

  bool any_wanted = request.functions.empty();
  for (const SampledCall& call : file.calls) {
    if (!is_wanted(call, request.functions)) continue;
    any_wanted = true;
    const TimePoint begin{call.begin.time - first, call.begin.bytes}, end{call.end.time - first, call.end.bytes};
    if (begin.seconds <= timeline.to && end.seconds >= timeline.from) {
      timeline.stretches.push_back({call.function, begin, end, true, true});
    }
  }
  if (!any_wanted) return Error{ExitCode::kNothing, "holds no call of '" + request.functions.front() + "'"};
  std::stable_sort(timeline.stretches.begin(), timeline.stretches.end(),
                   [](const Stretch& a, const Stretch& b) { return a.begin.seconds < b.begin.seconds; });
  if (file.cut_off) timeline.notes.emplace_back("The last line is not whole: left out.");
  return timeline;
}

}  // namespace memline::model
