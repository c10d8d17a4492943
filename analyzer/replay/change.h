/// \file Change: what one event did to the live memory of the process. Observers of the replay see these.
///
/// Conservation: over all changes, sum(acquired_bytes - released_bytes) + inherited bytes - vanished bytes = live bytes
/// at the end; of vanished bytes there are none unless events are missing, or a thread was moving a block while another
/// one forked.
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

/// A counter's sample; no event of memory.
struct SampleEvent {
  std::uint64_t ticks = 0;
  ThreadId thread = {};       ///< none(): it recorded nothing itself
  NodeId stack = {};          ///< kUnknownStack where it is not known
  std::uint32_t counter = 0;  ///< index into Image::counters
  std::uint64_t value = 0;    ///< events or ns that it stands for
  bool is_fault = false;
  std::uint64_t address = 0;  ///< of a page fault
  bool observed = true;       ///< the filter lets it through
};

/// What an event did to a range of addresses, for those who follow pages: the events of memory again, with addresses.
struct AddressStep {
  enum class Kind : std::uint8_t {
    kAcquire,  ///< a heap block
    kRelease,  ///< a heap block; its length is known from its acquisition only
    kMove,     ///< a heap block moved from `from` to here (a realloc); equal where it stayed
    kMap,      ///< fresh pages, whatever stood there
    kUnmap,    ///< pages are gone: munmap, or the break moved down
    kRemap,    ///< pages moved from `from` to here
    kGiveUp,   ///< the contents of pages were given up (MADV_DONTNEED and its like)
  };
  Kind kind = Kind::kAcquire;
  std::uint64_t ticks = 0;
  ThreadId thread = {};
  NodeId stack = {};
  std::uint64_t address = 0, length = 0;
  std::uint64_t from = 0, from_length = 0;
  bool observed = true;
};

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
  /// Whether on_change(), on_unobserved() and on_vanished() are wanted; asked once.
  virtual bool wants_changes() { return true; }
  /// An event of `thread` that the filter does not let through, after which so much was live.
  virtual void on_unobserved(ThreadId /*thread*/, std::int64_t /*live_bytes*/) {}
  /// A block whose release is missing from the trace left live memory, because its address was handed out again. Nobody
  /// is charged for it. `live_bytes` is that of the process afterwards.
  virtual void on_vanished(const OwnerShare& /*share*/, std::int64_t /*live_bytes*/) {}
  /// A span that the filter lets through (Image::spans has its name), at its place among the events.
  virtual void on_span_begin(ThreadId /*thread*/, std::uint64_t /*token*/, std::uint64_t /*ticks*/) {}
  virtual void on_span_end(std::uint64_t /*token*/, std::uint64_t /*ticks*/) {}
  /// From here on, or no longer, the thread works for a span that another one has begun.
  virtual void on_span_attach(ThreadId /*thread*/, std::uint64_t /*token*/) {}
  virtual void on_span_detach(ThreadId /*thread*/, std::uint64_t /*token*/) {}
  /// A sample, whatever the filter.
  virtual void on_sample(const SampleEvent& /*sample*/) {}
  /// Whether on_step() is wanted; asked once. A forked child's begin with a step for each block that it inherits.
  virtual bool wants_steps() { return false; }
  /// Before the on_change() of the same event, whatever the filter.
  virtual void on_step(const AddressStep& /*step*/) {}
  /// Whether on_look() is wanted for the look at this time.
  virtual bool wants_look(std::uint64_t /*ticks*/) { return false; }
  /// A look at what was in RAM, whatever the filter, with what was live when it was finished. Valid during the call.
  virtual void on_look(const ResidentLook& /*look*/, const LiveMemory& /*memory*/) {}
};

}  // namespace memline::replay
