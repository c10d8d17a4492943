/// \file Operation: what one record does to live memory, with thread and stack looked up; and OperationBatch, some
/// thousand of them in the order of time.
///
/// Plain data without pointers into the trace, so that one thread can read ahead while another one replays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "memline/trace_format.h"
#include "replay/stack_fates.h"

namespace memline::replay {

enum class Action : std::uint8_t { kAcquire, kRelease, kMoveBegin, kMoveEnd, kOther };

/// A region of a look, with its name.
struct NamedRegion {
  trace::ResidentRegion record;
  std::string name;
};

/// The beginning or the end of a span, or of a thread's work for it.
struct SpanEdge {
  enum class Kind : std::uint8_t { kBegin, kEnd, kAttach, kDetach };
  std::uint64_t token = 0;
  Kind kind = Kind::kBegin;
};

/// The records behind Action::kOther, which are rare. Those of looks are large, and rarer still.
using OtherRecord =
    std::variant<trace::Map, trace::Unmap, trace::RemapBegin, trace::RemapEnd, trace::Protect, trace::Advise,
                 trace::Break, trace::PoolBacking, trace::PoolAcquire, trace::PoolRealloc, trace::PoolRelease,
                 trace::PoolReset, trace::PoolDestroy, SpanEdge, trace::Sample, trace::PageFault, trace::ResidentLook,
                 trace::ResidentEnd, std::unique_ptr<NamedRegion>, std::unique_ptr<trace::ResidentPages>>;

struct Operation {
  std::uint64_t ticks = 0;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;  ///< kOther: index into OperationBatch::others
  NodeId stack = {};
  ThreadId thread = {};
  std::uint32_t lane = 0;
  Action action = Action::kOther;
  StackFate stack_fate = StackFate::kNone;
  bool observed = true;  ///< the event filter lets it through
};

static_assert(sizeof(Operation) == 40, "all of them go from one processor to another");

/// A vector of a size that is known beforehand.
class OperationList {
 public:
  void reserve(std::size_t most) {
    if (items_.size() < most) items_.resize(most);
  }
  void clear() { size_ = 0; }
  /// One more, all of whose members the caller sets, each by itself: an Operation that is put together elsewhere and copied
  /// is read back in larger pieces than it was written in, for which a processor waits. There must be room for it.
  Operation& add() { return items_[size_++]; }
  std::size_t size() const { return size_; }
  const Operation& operator[](std::size_t index) const { return items_[index]; }
  const Operation* begin() const { return items_.data(); }
  const Operation* end() const { return items_.data() + size_; }

 private:
  std::vector<Operation> items_;
  std::size_t size_ = 0;
};

struct OperationBatch {
  OperationList operations;
  std::vector<std::uint64_t> old_addresses;  ///< of the kMoveEnd among the operations, in order
  std::vector<OtherRecord> others;

  void clear() {
    operations.clear();
    old_addresses.clear();
    others.clear();
  }
};

}  // namespace memline::replay
