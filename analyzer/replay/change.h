/// \file Change: what one event did to the live memory of the process. Observers of the replay see these.
///
/// Conservation: over all changes, sum(acquired_bytes - released_bytes) + inherited bytes - vanished bytes = live bytes
/// at the end; of vanished bytes there are none unless events are missing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/strong_id.h"

namespace memline::replay {

/// Bytes that left live memory (or changed owner), and to whose stack they belonged.
struct OwnerShare {
  NodeId owner = {};  ///< stack of the acquisition
  ThreadId owner_thread = {};
  std::uint64_t bytes = 0;
  std::uint32_t blocks = 0;  ///< heap or pool blocks among it (0 for mappings)
  bool temporary = false;    ///< released by the very next event of the thread that acquired it
};

class LiveMemory;
struct ResidentLook;

struct Change {
  std::uint64_t ticks = 0;
  ThreadId thread = {};
  NodeId stack = {};                 ///< of the event; kUnknownStack where it was not recorded
  std::uint64_t acquired_bytes = 0;  ///< now owned by `stack`
  std::uint64_t released_bytes = 0;  ///< sum over `released`
  std::uint32_t allocations = 0, frees = 0, reallocations = 0, mappings = 0, unmappings = 0;  ///< how it counts
  std::uint32_t acquired_blocks = 0;     ///< heap or pool blocks that `stack` owns from now on
  std::span<const OwnerShare> released;  ///< valid during the call
  std::int64_t live_bytes = 0;           ///< of the process, after the event
};

/// Sees the events of one image in the order of time. Only what it overrides costs anything. What is no event of the
/// image's own (inherited and vanished blocks) is seen whatever the filter.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A forked child's first calls: its parent's memory, with stacks and modules that are in the child's tables. The
  /// thread is the child's first. `blocks` of mappings is 0.
  virtual void on_inherited(const OwnerShare& /*share*/) {}
  virtual void on_change(const Change& /*change*/) {}
  /// An event of `thread` that the filter does not let through, after which so much was live.
  virtual void on_unobserved(ThreadId /*thread*/, std::int64_t /*live_bytes*/) {}
  /// A block whose release is missing from the trace left live memory, because its address was handed out again. Nobody
  /// is charged for it. `live_bytes` is that of the process afterwards.
  virtual void on_vanished(const OwnerShare& /*share*/, std::int64_t /*live_bytes*/) {}
  /// A span that the filter lets through (Image::spans has its name), at its place among the events.
  virtual void on_span_begin(ThreadId /*thread*/, std::uint64_t /*token*/, std::uint64_t /*ticks*/) {}
  virtual void on_span_end(std::uint64_t /*token*/, std::uint64_t /*ticks*/) {}
  /// Whether on_look() is wanted for the look at this time.
  virtual bool wants_look(std::uint64_t /*ticks*/) { return false; }
  /// A look at what was in RAM, whatever the filter, with what was live when it was finished. Valid during the call.
  virtual void on_look(const ResidentLook& /*look*/, const LiveMemory& /*memory*/) {}
};

}  // namespace memline::replay
