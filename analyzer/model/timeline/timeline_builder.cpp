#include "model/timeline/timeline_builder.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "model/function_choice.h"
#include "model/profile_notes.h"
#include "model/timeline/call_tracker.h"
#include "model/timeline/line_fit.h"
#include "model/timeline/timeline_observer.h"
#include "model/timeline/timeline_window.h"

namespace memline::model {
namespace {

/// More are no picture any more.
constexpr std::size_t kMostStretches = 400;

/// Spans that touch the window, the longest where there are too many.
std::vector<replay::Span> spans_inside(const replay::Image& image, const TickWindow& window, std::size_t& left_out) {
  std::vector<replay::Span> spans;
  for (const replay::Span& span : image.spans) {
    if (span.begin_ticks > window.end || span.end_ticks.value_or(window.end) < window.begin) continue;
    spans.push_back(span);
  }
  if (spans.size() <= kMostStretches) return spans;
  left_out = spans.size() - kMostStretches;
  const auto length = [&](const replay::Span& span) {
    return span.end_ticks.value_or(window.end) - std::min(span.begin_ticks, span.end_ticks.value_or(window.end));
  };
  std::vector<std::uint64_t> lengths;
  lengths.reserve(spans.size());
  for (const replay::Span& span : spans) lengths.push_back(length(span));
  std::nth_element(lengths.begin(), lengths.begin() + kMostStretches, lengths.end(), std::greater<>());
  const std::uint64_t least = lengths[kMostStretches];
  std::erase_if(spans, [&](const replay::Span& span) { return length(span) <= least; });
  left_out = left_out + kMostStretches - spans.size();
  return spans;
}

std::vector<std::uint64_t> edges(const std::vector<replay::Span>& spans, const TickWindow& window) {
  std::vector<std::uint64_t> ticks;
  for (const replay::Span& span : spans) {
    ticks.push_back(span.begin_ticks);
    ticks.push_back(span.end_ticks.value_or(window.end));
  }
  return ticks;
}

class TimelineAssembly {
 public:
  TimelineAssembly(const replay::Image& image, const TickWindow& window) : image_(image), window_(window) {
    timeline_.from = seconds(window.begin);
    timeline_.to = seconds(window.end);
  }

  void add_heap(TimelineObserver& observer) {
    Curve curve;
    curve.kind = CurveKind::kHeap;
    curve.name = "live heap";
    curve.steps = true;
    curve.peak = point(observer.heap().highest());
    curve.fit = observer.fit();
    for (const CurvePoint& kept : observer.heap().take()) curve.points.push_back(point(kept));
    timeline_.curves.push_back(std::move(curve));
  }
  void add_rss(bool fit) {
    Curve curve;
    curve.kind = CurveKind::kRss;
    curve.name = "RSS (sampled)";
    for (const replay::RssSample& sample : image_.rss) {
      if (sample.ticks < window_.begin || sample.ticks > window_.end) continue;
      curve.points.push_back({seconds(sample.ticks), static_cast<double>(sample.rss_bytes)});
    }
    if (fit) curve.fit = fit_line(curve.points);
    add_samples(std::move(curve), rss_at(window_.begin), rss_at(window_.end));
  }
  void add_resident(const ResidentCurve& resident) {
    Curve curve;
    curve.kind = CurveKind::kResident;
    curve.name = "live heap in RAM (as looked at)";
    curve.points = resident.points();
    if (resident.left_out() > 0) {
      timeline_.notes.push_back(counted(resident.left_out(), "look", "looks") + " at what was in RAM left out.");
    }
    add_samples(std::move(curve));
  }
  void add_spans(const std::vector<replay::Span>& spans, const ValueProbe& probe, std::size_t left_out) {
    for (const replay::Span& span : spans) {
      const std::uint64_t end = span.end_ticks.value_or(window_.end);
      timeline_.stretches.push_back({span.name,
                                     {seconds(span.begin_ticks), probe.value_at(span.begin_ticks)},
                                     {seconds(end), probe.value_at(end)},
                                     false,
                                     span.end_ticks.has_value()});
    }
    if (left_out > 0) timeline_.notes.push_back(counted(left_out, "short span", "short spans") + " not shown.");
  }
  void add_calls(CallTracker& tracker, const std::vector<std::string>& names) {
    for (const FunctionCall& call : tracker.take()) {
      if (call.begin_ticks > window_.end || call.end_ticks < window_.begin) continue;
      timeline_.stretches.push_back({names[call.function],
                                     {seconds(call.begin_ticks), static_cast<double>(call.live_before)},
                                     {seconds(call.end_ticks), static_cast<double>(call.live_after)},
                                     true,
                                     true});
    }
    for (std::string& note : notes_of_calls(names, tracker.all_calls(), kMostStretches)) {
      timeline_.notes.push_back(std::move(note));
    }
  }
  Timeline take() {
    std::stable_sort(timeline_.stretches.begin(), timeline_.stretches.end(),
                     [](const Stretch& a, const Stretch& b) { return a.begin.seconds < b.begin.seconds; });
    return std::move(timeline_);
  }
  Timeline& timeline() { return timeline_; }

 private:
  double seconds(std::uint64_t ticks) const { return image_.seconds_since_start(ticks); }
  TimePoint point(const CurvePoint& kept) const { return {seconds(kept.ticks), static_cast<double>(kept.value)}; }
  /// On the line between the samples before and after an edge of the window; nothing where no line crosses it.
  std::optional<TimePoint> rss_at(std::uint64_t ticks) const {
    const auto after = std::partition_point(image_.rss.begin(), image_.rss.end(),
                                            [ticks](const replay::RssSample& sample) { return sample.ticks < ticks; });
    if (after == image_.rss.begin() || after == image_.rss.end() || after->ticks == ticks) return std::nullopt;
    const replay::RssSample& before = *std::prev(after);
    const double share = static_cast<double>(ticks - before.ticks) / static_cast<double>(after->ticks - before.ticks);
    const auto from = static_cast<double>(before.rss_bytes), to = static_cast<double>(after->rss_bytes);
    return TimePoint{seconds(ticks), from + share * (to - from)};
  }
  /// With the points at the edges of the window, which are no samples.
  void add_samples(Curve curve, std::optional<TimePoint> first = {}, std::optional<TimePoint> last = {}) {
    if (!curve.points.empty()) {
      curve.peak = *std::max_element(curve.points.begin(), curve.points.end(),
                                     [](const TimePoint& a, const TimePoint& b) { return a.bytes < b.bytes; });
    }
    if (first) curve.points.insert(curve.points.begin(), *first);
    if (last) curve.points.push_back(*last);
    if (!curve.points.empty()) timeline_.curves.push_back(std::move(curve));
  }

  const replay::Image& image_;
  const TickWindow window_;
  Timeline timeline_;
};

}  // namespace

Result<Timeline> build_timeline(Profile& profile, const TimelineRequest& request) {
  const replay::Image& image = profile.image();
  const Result<TickWindow> window = find_window(profile, request.from, request.to);
  if (!window) return window.error();
  TimelineAssembly assembly(image, *window);
  std::vector<std::string> missing;
  const Result<std::vector<FunctionId>> functions = functions_named(profile, request.functions, &missing);
  if (!functions) return mind_damage(functions.error(), profile.recording().losses);
  for (const std::string& sentence : missing) assembly.timeline().notes.push_back(sentence + '.');
  std::vector<std::string> names;
  for (const FunctionId id : *functions) names.push_back(profile.display_name(profile.frames().function(id).name));

  std::size_t spans_left_out = 0;
  const std::vector<replay::Span> spans =
      request.spans ? spans_inside(image, *window, spans_left_out) : std::vector<replay::Span>();
  ValueProbe probe(edges(spans, *window));
  CallTracker tracker(profile.frames(), *functions, kMostStretches);
  TimelineObserver observer(image, *window, request.buckets, request.fit, request.resident, probe,
                            functions->empty() ? nullptr : &tracker);
  const Result<replay::Outcome> outcome = profile.run(&observer);
  if (!outcome) return outcome.error();
  observer.finish();

  if (request.heap) assembly.add_heap(observer);
  if (request.rss) assembly.add_rss(request.fit && !request.heap);
  if (request.resident) assembly.add_resident(observer.resident());
  assembly.add_spans(spans, probe, spans_left_out);
  if (!functions->empty()) assembly.add_calls(tracker, names);
  Timeline timeline = assembly.take();
  timeline.common = profile.common();
  timeline.common->losses = outcome->losses;
  return timeline;
}

}  // namespace memline::model
