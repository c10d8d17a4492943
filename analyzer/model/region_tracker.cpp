#include "model/region_tracker.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace memline::model {

RegionTracker::RegionTracker(FrameSource& frames, std::span<const FunctionId> functions, std::vector<std::string> names,
                             const replay::Image& image, const CounterColumns& counters, RegionMetric metric, Sink sink)
    : runs_(frames, functions),
      names_(std::move(names)),
      image_(image),
      counters_(counters),
      profiler_stacks_(frames),
      metric_(metric),
      sink_(std::move(sink)) {
  for (const replay::Span& span : image.spans) span_of_[span.token] = &span;
  if (metric == RegionMetric::kRss && !image.rss.empty())
    value_ = static_cast<std::int64_t>(image.rss.front().rss_bytes);
}

RegionTracker::~RegionTracker() = default;

void RegionTracker::set_value(std::int64_t value) {
  value_ = value;
  peaks_.add(value);
}

void RegionTracker::advance(std::uint64_t ticks) {
  if (metric_ != RegionMetric::kRss) return;
  while (next_rss_ < image_.rss.size() && image_.rss[next_rss_].ticks <= ticks) {
    set_value(static_cast<std::int64_t>(image_.rss[next_rss_++].rss_bytes));
  }
}

RegionTracker::Open RegionTracker::begin(RegionKind kind, std::string name, ThreadId thread, std::uint64_t ticks) {
  Open open;
  open.region.kind = kind;
  open.region.name = std::move(name);
  if (!thread.none() && thread.index() < image_.threads.size()) open.region.tid = image_.threads[thread.index()].tid;
  open.region.begin_ticks = ticks;
  open.region.begin = image_.seconds_since_start(ticks);
  open.before = value_;
  open.peak = peaks_.open(value_);
  return open;
}

void RegionTracker::end(Open open, std::uint64_t ticks, std::uint64_t seen_ticks, std::int64_t after,
                        std::int64_t highest) {
  Region& region = open.region;
  region.end_ticks = ticks;
  region.seen_ticks = seen_ticks;
  region.time_delta = image_.seconds_since_start(ticks) - region.begin;
  region.memory_delta = after - open.before;
  region.memory_peak = std::max<std::int64_t>(0, highest - after);
  region.memory_usage = after;
  sink_(std::move(region));
}

void RegionTracker::end_run(Run run, std::uint64_t seen_ticks) {
  peaks_.close(run.open.peak);
  const std::uint64_t ticks = run.open.region.end_ticks;
  end(std::move(run.open), ticks, seen_ticks, run.after, run.highest);
}

void RegionTracker::on_inherited(const replay::OwnerShare& share) {
  if (metric_ == RegionMetric::kHeap) set_value(value_ + static_cast<std::int64_t>(share.bytes));
}

void RegionTracker::on_vanished(const replay::OwnerShare& /*share*/, std::int64_t live_bytes) {
  if (metric_ == RegionMetric::kHeap) set_value(live_bytes);
}

void RegionTracker::on_unobserved(ThreadId thread, std::int64_t live_bytes) {
  runs_.interrupt(thread, [this](std::size_t, Run run) { end_run(std::move(run), now_); });
  if (metric_ == RegionMetric::kHeap) set_value(live_bytes);
}

void RegionTracker::on_change(const replay::Change& change) {
  now_ = change.ticks;
  advance(change.ticks);
  follow_runs(change);
}

void RegionTracker::follow_runs(const replay::Change& change) {
  runs_.follow(
      change,
      [&](std::size_t function) {
        return Run{begin(RegionKind::kFunction, names_[function], change.thread, change.ticks), 0, 0, {}};
      },
      [this](std::size_t, Run run) { end_run(std::move(run), now_); });
  if (metric_ == RegionMetric::kHeap) set_value(change.live_bytes);
  runs_.for_each_open(change.thread, [&](Run& run) {
    run.open.region.end_ticks = change.ticks;
    run.after = value_;
    run.highest = peaks_.highest(run.open.peak);
    add(run.open.region.counters, run.since);
    run.since.clear();
  });
}

void RegionTracker::on_span_begin(ThreadId thread, std::uint64_t token, std::uint64_t ticks) {
  const auto known = span_of_.find(token);
  if (known == span_of_.end()) return;
  advance(ticks);
  span_threads_.begin(thread, token, known->second->parent);
  spans_[token] = begin(RegionKind::kSpan, known->second->name, thread, ticks);
}

void RegionTracker::on_span_end(std::uint64_t token, std::uint64_t ticks) {
  const auto found = spans_.find(token);
  if (found == spans_.end()) return;
  advance(ticks);
  span_threads_.end(token);
  const std::int64_t highest = peaks_.close(found->second.peak);
  end(std::move(found->second), ticks, ticks, value_, highest);
  spans_.erase(found);
}

void RegionTracker::on_sample(const replay::SampleEvent& sample) {
  const std::optional<std::size_t> column = counters_.column_of(sample.counter);
  if (!column || !sample.observed || sample.thread.none() || profiler_stacks_.contains(sample.stack)) return;
  CounterSums one(counters_.all().size());
  one[*column] = {counters_.scaled(*column, sample.value), 1, 0};
  span_threads_.for_each_span(sample.thread, [&](std::uint64_t token) {
    if (const auto found = spans_.find(token); found != spans_.end()) add(found->second.region.counters, one);
  });
  runs_.for_each_open(sample.thread, [&](Run& run) { add(run.since, one); });
}

std::size_t RegionTracker::finish() {
  runs_.finish([this](std::size_t, Run run) { end_run(std::move(run), std::numeric_limits<std::uint64_t>::max()); });
  return spans_.size();
}

}  // namespace memline::model
