#include "model/samples/sample_timeline.h"

#include <algorithm>
#include <iterator>
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

/// More curves are no picture any more.
void keep_largest_children(Timeline& timeline) {
  constexpr std::ptrdiff_t kMostChildren = 9;
  const auto first = std::find_if(timeline.curves.begin(), timeline.curves.end(),
                                  [](const Curve& curve) { return curve.kind == CurveKind::kChild; });
  const std::ptrdiff_t children = timeline.curves.end() - first;
  if (children <= kMostChildren) return;
  std::stable_sort(first, timeline.curves.end(),
                   [](const Curve& a, const Curve& b) { return a.peak->bytes > b.peak->bytes; });
  timeline.curves.erase(first + kMostChildren, timeline.curves.end());
  timeline.notes.push_back(std::to_string(children - kMostChildren) + " smaller children not shown.");
}

/// Seconds since `first`, in order.
std::vector<TimePoint> points_of(const SampledProcess& process, double first) {
  std::vector<TimePoint> points;
  points.reserve(process.samples.size());
  for (const MemorySample& sample : process.samples) points.push_back({sample.time - first, sample.bytes});
  std::stable_sort(points.begin(), points.end(),
                   [](const TimePoint& a, const TimePoint& b) { return a.seconds < b.seconds; });
  return points;
}

/// On the line between two samples; nothing where there is a sample, or none on one side.
std::optional<TimePoint> between_samples(const std::vector<TimePoint>& points, double seconds) {
  const auto after = std::partition_point(points.begin(), points.end(),
                                          [seconds](const TimePoint& point) { return point.seconds < seconds; });
  if (after == points.begin() || after == points.end() || after->seconds == seconds) return std::nullopt;
  const TimePoint& before = *std::prev(after);
  const double share = (seconds - before.seconds) / (after->seconds - before.seconds);
  return TimePoint{seconds, before.bytes + share * (after->bytes - before.bytes)};
}

struct Interval {
  double begin = 0, end = 0;
};

/// When any call of the function lasted: in order, without overlaps.
std::vector<Interval> when_at_work(const SampleFile& file, const std::string& function) {
  std::vector<Interval> calls;
  for (const SampledCall& call : file.calls) {
    if (is_function(call.function, function)) calls.push_back({call.begin.time, call.end.time});
  }
  std::sort(calls.begin(), calls.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> joined;
  for (const Interval& call : calls) {
    if (joined.empty() || call.begin > joined.back().end) {
      joined.push_back(call);
    } else {
      joined.back().end = std::max(joined.back().end, call.end);
    }
  }
  return joined;
}

bool lies_in(const std::vector<Interval>& intervals, double time) {
  const auto after = std::upper_bound(intervals.begin(), intervals.end(), time,
                                      [](double wanted, const Interval& interval) { return wanted < interval.begin; });
  return after != intervals.begin() && time <= std::prev(after)->end;
}

}  // namespace

bool is_function(const std::string& name, const std::string& wanted) {
  return name == wanted ||
         (name.ends_with(wanted) && name.size() > wanted.size() && name[name.size() - wanted.size() - 1] == '.');
}

std::optional<MemorySample> highest_sample(const SampleFile& file, const std::string& function) {
  const std::vector<Interval> calls = when_at_work(file, function);
  std::optional<MemorySample> highest;
  for (const MemorySample& sample : file.watched.samples) {
    if (highest && sample.bytes <= highest->bytes) continue;
    if (function.empty() || lies_in(calls, sample.time)) highest = sample;
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
  if (timeline.from > timeline.to) return Error{ExitCode::kNothing, "no sample lies in the window"};
  const auto inside = [&](const TimePoint& point) {
    return point.seconds >= timeline.from && point.seconds <= timeline.to;
  };
  const auto add = [&](const SampledProcess& process, CurveKind kind, std::string name) {
    Curve curve;
    curve.kind = kind;
    curve.name = std::move(name);
    const std::vector<TimePoint> points = points_of(process, first);
    std::copy_if(points.begin(), points.end(), std::back_inserter(curve.points), inside);
    if (request.fit && timeline.curves.empty()) curve.fit = fit_line(curve.points);
    // up to the edges of the window, but no peak is claimed where no sample is
    const auto at_begin = between_samples(points, timeline.from), at_end = between_samples(points, timeline.to);
    const auto higher = [](const TimePoint& a, const TimePoint& b) { return a.bytes < b.bytes; };
    if (!curve.points.empty()) curve.peak = *std::max_element(curve.points.begin(), curve.points.end(), higher);
    if (at_begin) curve.points.insert(curve.points.begin(), *at_begin);
    if (at_end) curve.points.push_back(*at_end);
    if (curve.points.empty()) return;
    if (!curve.peak) curve.peak = *std::max_element(curve.points.begin(), curve.points.end(), higher);
    timeline.curves.push_back(std::move(curve));
  };
  add(file.watched, CurveKind::kSamples, name_of(file));
  for (const SampledProcess& child : file.children) add(child, CurveKind::kChild, "child " + std::to_string(child.pid));
  if (timeline.curves.empty()) return Error{ExitCode::kNothing, "no sample lies in the window"};
  keep_largest_children(timeline);

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
