/// \file Replayer: one pass over the events of an image; what replay() and the inheritance of forked children share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "replay/lane_stacks.h"
#include "replay/live_memory.h"
#include "replay/replay.h"
#include "replay/resident_look.h"
#include "replay/span_filter.h"
#include "trace/merged_reader.h"
#include "trace/trace_file.h"

namespace memline::replay {

class Replayer {
 public:
  /// Everything must outlive the Replayer. `limits` as in MergedReader; `observer` may be null.
  Replayer(const trace::TraceFile& file, const Image& image, const trace::LaneLimits* limits, const EventFilter& filter,
           const StopPoint& stop, Observer* observer);

  /// Runs to the stop point. Losses of the outcome are only those that the replay found.
  Outcome run();
  LiveMemory& memory() { return memory_; }

 private:
  struct Lane {
    LaneStacks stacks;
    ThreadId thread;
    LookAssembler look;
  };

  void inherit();
  bool past_stop(std::uint64_t ticks) const;
  Actor actor(std::uint64_t ticks, std::uint32_t stack, bool is_release);
  void commit(ThreadId thread);
  bool observed(ThreadId thread) const;
  void finish();

  void on(const trace::Thread& record);
  void on(const trace::Stack& record);
  void on(const trace::NamedFrame& record);
  void on(const trace::Acquire& record) { acquire(record); }
  void on(const trace::AcquireUsable& record) { acquire(record); }
  template <class Record>
  void acquire(const Record& record);
  void on(const trace::Release& record);
  void on(const trace::MoveBegin& record);
  void on(const trace::MoveEnd& record);
  void on(const trace::Map& record);
  void on(const trace::Unmap& record);
  void on(const trace::RemapBegin& record);
  void on(const trace::RemapEnd& record);
  void on(const trace::Protect& record);
  void on(const trace::Break& record);
  void on(const trace::PoolBacking& record);
  void on(const trace::PoolAcquire& record);
  void on(const trace::PoolRealloc& record);
  void on(const trace::PoolRelease& record);
  void on(const trace::PoolReset& record);
  void on(const trace::PoolDestroy& record);
  void on(const trace::ResidentLook& record);
  void on(const trace::ResidentRegion& record) { lanes_[lane_].look.add(record); }
  void on(const trace::ResidentPages& record) { lanes_[lane_].look.add(record); }
  void on(const trace::ResidentEnd& record);
  void on(const trace::SpanBegin& record) { on_span(record); }
  void on(const trace::SpanEnd& record) { on_span(record); }
  void on(const trace::SpanAttach& record) { on_span(record); }
  void on(const trace::SpanDetach& record) { on_span(record); }
  template <class Record>
  void on_span(const Record& record) {
    if (span_) span_->on(thread(), record);
  }
  template <class Record>
  void on(const Record& /*record*/) {}  // changes no memory

  /// Whether the munmap that `record` announces happens as an event of its own.
  bool unmap_stands(const trace::Unmap& record) const;
  ThreadId thread() const { return lanes_[lane_].thread; }

  const Image& image_;
  const StopPoint stop_;
  Observer* observer_;
  const std::uint32_t most_modules_;
  trace::MergedReader reader_;
  std::vector<Lane> lanes_;
  std::vector<bool> thread_observed_;  ///< by ThreadId; empty: all are
  std::optional<SpanFilter> span_;

  LiveMemory memory_;
  Effect effect_;
  Outcome outcome_;
  std::uint64_t live_bytes_ = 0;
  std::size_t lane_ = 0;      ///< of the record at hand
  bool short_stack_ = false;  ///< of the event at hand
};

}  // namespace memline::replay
