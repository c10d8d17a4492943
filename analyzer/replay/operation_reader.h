/// \file OperationReader: the records of an image, in the order of time, as operations on its memory.
///
/// Everything that does not depend on what is live happens here: decoding, merging the lanes, stack ids to nodes,
/// threads, filters. One thread at a time; it need not be the one that replays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "replay/lane_stacks.h"
#include "replay/operation.h"
#include "replay/recording.h"
#include "replay/replay.h"
#include "replay/span_filter.h"
#include "trace/merged_reader.h"
#include "trace/trace_file.h"

namespace memline::replay {

class OperationReader {
 public:
  /// Everything must outlive the reader. `limits` as in MergedReader.
  OperationReader(const trace::TraceFile& file, const Image& image, const trace::LaneLimits* limits,
                  const EventFilter& filter);

  /// Overwrites `batch` with the next operations; false if those were the last.
  bool fill(OperationBatch& batch);
  /// Whether the filter lets events of the first thread through at the start. Changes nothing afterwards.
  bool begins_observed() const { return begins_observed_; }

 private:
  struct Lane {
    const LaneStacks* known = nullptr;  ///< the image's; null: to be found out from the records
    LaneStacks stacks;
    ThreadId thread;
    NodeId find(std::uint32_t stack) const { return known != nullptr ? known->find(stack) : stacks.find(stack); }
  };

  bool observed(ThreadId thread) const;
  StackFate fate(NodeId stack) const {
    if (stack == kUnknownStack) return StackFate::kLost;
    if (all_complete_) return StackFate::kRoot;
    const trace::StackEnd end = image_.stacks.end(stack);  // a copy is cut in samples only
    return end == trace::StackEnd::kCopyEnd ? StackFate::kBadMemory : static_cast<StackFate>(end);
  }
  void put(Action action, std::uint64_t ticks, std::uint64_t address, std::uint64_t bytes, NodeId stack,
           StackFate stack_fate, ThreadId thread, bool observed);
  /// An operation without a stack.
  void add(Action action, std::uint64_t ticks, std::uint64_t address, std::uint64_t bytes);
  void add(Action action, std::uint64_t ticks, std::uint64_t address, std::uint64_t bytes, std::uint32_t stack,
           bool is_release);
  template <class Record>
  void add_other(const Record& record, bool is_release);

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
  void on(const trace::Map& record) { add_other(record, false); }
  void on(const trace::Unmap& record);
  void on(const trace::RemapBegin& record);
  void on(const trace::RemapEnd& record) { add_other(record, record.address == 0); }
  void on(const trace::Protect& record);
  void on(const trace::Advise& record) {
    if (image_.samples > 0) add_other(record, false);
  }
  void on(const trace::Break& record) { add_other(record, false); }
  void on(const trace::PoolBacking& record) { add_other(record, false); }
  void on(const trace::PoolAcquire& record) { add_other(record, false); }
  void on(const trace::PoolRealloc& record) { add_other(record, false); }
  void on(const trace::PoolRelease& record) { add_other(record, true); }
  void on(const trace::PoolReset& record) { add_other(record, true); }
  void on(const trace::PoolDestroy& record) { add_other(record, true); }
  void on(const trace::ResidentLook& record) { add_part_of_look(record); }
  void on(const trace::ResidentRegion& record) {
    add_part_of_look(std::make_unique<NamedRegion>(NamedRegion{record, std::string(record.name)}));
  }
  void on(const trace::ResidentPages& record) { add_part_of_look(std::make_unique<trace::ResidentPages>(record)); }
  void on(const trace::ResidentEnd& record) { add_part_of_look(record); }
  template <class Part>
  void add_part_of_look(Part&& part) {
    add(Action::kOther, reader_.lane(lane_).ticks_of_taken(), 0, batch_->others.size());
    batch_->others.emplace_back(std::forward<Part>(part));
  }
  void on(const trace::SpanBegin& record) {
    on_span(record);
    add_span_edge(record.time, {.token = record.token, .kind = SpanEdge::Kind::kBegin});
  }
  void on(const trace::SpanEnd& record) {
    add_span_edge(record.time, {.token = record.token, .kind = SpanEdge::Kind::kEnd});
    on_span(record);
  }
  void on(const trace::Sample& record) { add_sample(record); }
  void on(const trace::PageFault& record) { add_sample(record); }
  template <class Record>
  void add_sample(const Record& record);
  template <class Record>
  void note_stack(const Record& record);
  void on(const trace::SpanAttach& record) {
    on_span(record);
    add_span_edge(record.time, {.token = record.token, .kind = SpanEdge::Kind::kAttach});
  }
  void on(const trace::SpanDetach& record) {
    add_span_edge(record.time, {.token = record.token, .kind = SpanEdge::Kind::kDetach});
    on_span(record);
  }
  template <class Record>
  void on_span(const Record& record) {
    if (span_) span_->on(lanes_[lane_].thread, record);
  }
  void add_span_edge(std::uint64_t ticks, const SpanEdge& edge) {
    add(Action::kOther, ticks, 0, batch_->others.size());
    batch_->others.emplace_back(edge);
  }
  template <class Record>
  void on(const Record& /*record*/) {}  // changes no memory

  /// Whether the munmap that `record` announces happens as an event of its own.
  bool unmap_stands(const trace::Unmap& record) const;

  const Image& image_;
  const std::uint32_t most_modules_;
  trace::MergedReader reader_;
  std::vector<Lane> lanes_;
  const bool all_complete_;
  bool begins_observed_ = true;
  std::vector<bool> thread_observed_;  ///< by ThreadId; empty: all are
  std::optional<SpanFilter> span_;
  std::optional<TidTable> tids_;    ///< where there are samples
  std::vector<NodeId> last_stack_;  ///< by thread, of its last event; kept where samples are joined with it
  std::size_t lane_ = 0;            ///< of the record at hand
  OperationBatch* batch_ = nullptr;
};

}  // namespace memline::replay
