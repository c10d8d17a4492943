/// \file RegionTracker: follows spans, and runs of some functions, through the events of an image.
///
/// A run of a function (function_runs.h) is handed out when an event shows that it is over, with the values right after
/// its last event. Samples of counters belong to what their thread is at work for. Memory: what is open at a time, and
/// distinct stacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/counter_model.h"
#include "model/frame_source.h"
#include "model/function_runs.h"
#include "model/open_peaks.h"
#include "model/profiler_stacks.h"
#include "model/region_model.h"
#include "model/span_threads.h"
#include "replay/change.h"
#include "replay/recording.h"

namespace memline::model {

class RegionTracker : public replay::Observer {
 public:
  using Sink = std::function<void(Region)>;

  /// `names` are those of `functions`, as shown. Regions go to `sink` in the order in which their ends are seen.
  /// Everything must outlive the tracker.
  RegionTracker(FrameSource& frames, std::span<const FunctionId> functions, std::vector<std::string> names,
                const replay::Image& image, const CounterColumns& counters, RegionMetric metric, Sink sink);
  ~RegionTracker() override;

  void on_inherited(const replay::OwnerShare& share) override;
  void on_change(const replay::Change& change) override;
  void on_unobserved(ThreadId thread, std::int64_t live_bytes) override;
  void on_vanished(const replay::OwnerShare& share, std::int64_t live_bytes) override;
  void on_span_begin(ThreadId thread, std::uint64_t token, std::uint64_t ticks) override;
  void on_span_end(std::uint64_t token, std::uint64_t ticks) override;
  void on_span_attach(ThreadId thread, std::uint64_t token) override { span_threads_.attach(thread, token); }
  void on_span_detach(ThreadId thread, std::uint64_t token) override { span_threads_.detach(thread, token); }
  void on_sample(const replay::SampleEvent& sample) override;

  /// After the last event: hands out the runs that are still open, and returns the number of spans that never ended.
  std::size_t finish();

 private:
  struct Open {
    Region region;
    std::int64_t before = 0;
    OpenPeaks::Handle peak = 0;
  };
  struct Run {
    Open open;
    std::int64_t after = 0, highest = 0;
    CounterSums since;  ///< its last event: part of the run once another one follows
  };
  Open begin(RegionKind kind, std::string name, ThreadId thread, std::uint64_t ticks);
  void end(Open open, std::uint64_t ticks, std::uint64_t seen_ticks, std::int64_t after, std::int64_t highest);
  void end_run(Run run, std::uint64_t seen_ticks);
  void follow_runs(const replay::Change& change);
  void advance(std::uint64_t ticks);
  void set_value(std::int64_t value);

  FunctionRuns<Run> runs_;
  std::vector<std::string> names_;
  const replay::Image& image_;
  const CounterColumns& counters_;
  ProfilerStacks profiler_stacks_;
  RegionMetric metric_;
  Sink sink_;
  std::int64_t value_ = 0;  ///< of the metric, now
  std::size_t next_rss_ = 0;
  std::uint64_t now_ = 0;  ///< ticks of the latest event
  OpenPeaks peaks_;
  std::unordered_map<std::uint64_t, Open> spans_;  ///< by token
  std::unordered_map<std::uint64_t, const replay::Span*> span_of_;
  SpanThreads span_threads_;
};

}  // namespace memline::model
