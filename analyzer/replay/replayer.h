/// \file Replayer: one pass over the events of an image; what replay() and the inheritance of forked children share.
///
/// An OperationReader decodes ahead, in a thread of its own where the trace is worth one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "replay/live_memory.h"
#include "replay/operation_reader.h"
#include "replay/read_ahead.h"
#include "replay/replay.h"
#include "replay/resident_look.h"

namespace memline::replay {

class Replayer {
 public:
  enum class Threads : std::uint8_t { kAsWorthwhile, kOne, kTwo };

  /// Everything must outlive the Replayer. `limits` as in MergedReader; `observer` may be null. Observers are called in
  /// the thread that calls run().
  Replayer(const trace::TraceFile& file, const Image& image, const trace::LaneLimits* limits, const EventFilter& filter,
           const StopPoint& stop, Observer* observer, Threads threads = Threads::kAsWorthwhile);

  /// Runs to the stop point, or past it if it says so. `at_stop`, if given, gets every block that is live there. Losses
  /// of the outcome are only those that the replay found.
  Outcome run(Progress* progress = nullptr, const std::function<void(const LiveBlock&)>& at_stop = {});
  LiveMemory& memory() { return memory_; }

 private:
  void inherit();
  bool past_stop(std::uint64_t ticks) const;
  /// Whether the operation lies behind a stop point that has not been reached yet.
  bool is_at_stop(const Operation& operation) const { return !reached_stop_ && past_stop(operation.ticks); }
  void reach_stop(const std::function<void(const LiveBlock&)>& at_stop);
  /// False: the stop point is reached.
  bool apply(const OperationBatch& batch, const std::function<void(const LiveBlock&)>& at_stop);
  void on(const Actor& actor, const trace::Map& record);
  void on(const Actor& actor, const trace::Unmap& record);
  void on(const Actor& actor, const trace::RemapBegin& record);
  void on(const Actor& actor, const trace::RemapEnd& record);
  void on(const Actor& actor, const trace::Protect& record);
  void on(const Actor& actor, const trace::Advise& record);
  void on(const Actor& actor, const trace::Break& record);
  void on(const Actor& actor, const trace::PoolBacking& record);
  void on(const Actor& actor, const trace::PoolAcquire& record);
  void on(const Actor& actor, const trace::PoolRealloc& record);
  void on(const Actor& actor, const trace::PoolRelease& record);
  void on(const Actor& actor, const trace::PoolReset& record);
  void on(const Actor& actor, const trace::PoolDestroy& record);
  void on(const Actor& actor, const SpanEdge& edge);
  void on(const Actor& actor, const trace::Sample& record);
  void on(const Actor& actor, const trace::PageFault& record);
  void on(const Actor& actor, const trace::ResidentLook& record);
  void on(const Actor& actor, const std::unique_ptr<NamedRegion>& region);
  void on(const Actor& actor, const std::unique_ptr<trace::ResidentPages>& record);
  void on(const Actor& actor, const trace::ResidentEnd& record);
  /// Tells the observer of a step, where it wants to know.
  void tell(const Actor& actor, AddressStep::Kind kind, std::uint64_t address, std::uint64_t length,
            std::uint64_t from = 0, std::uint64_t from_length = 0);
  LookAssembler& look_of(const Actor& actor);
  void commit(const Operation& operation);
  void finish();

  const Image& image_;
  const StopPoint stop_;
  Observer* observer_;

  LiveMemory memory_;
  Effect effect_;
  Outcome outcome_;
  std::uint64_t live_bytes_ = 0;
  std::uint64_t lost_blocks_ = 0, lost_bytes_ = 0;  ///< of what vanished
  bool reached_stop_ = false;
  const bool wants_changes_, wants_steps_;
  std::uint32_t fault_counter_ = 0;   ///< index into the image's counters
  std::vector<LookAssembler> looks_;  ///< by lane

  OperationReader reader_;
  ReadAhead<OperationBatch> batches_;  ///< last: its thread uses the reader
};

}  // namespace memline::replay
