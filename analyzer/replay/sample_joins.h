/// \file SampleJoins: whole stacks for samples of which only the inner frames are known.
///
/// A sample carries the top of its thread's stack only. What lies outside of it is taken from the stack of the thread's
/// last event before the sample, where that has the sample's outermost known frame (the same return address); else from
/// any stack of the program that has it, if they all go on alike or one of them goes on as that event's does; else, in
/// the same way, from the thread's next event or one of some before. Otherwise the sample stays short.
/// Memory: one entry for each pair of a short stack and an event's stack before it.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "memline/trace_format.h"
#include "replay/stack_table.h"
#include "trace/record_traits.h"

namespace memline::trace {
class TraceFile;
}

namespace memline::replay {

struct Image;

class SampleJoins {
 public:
  bool empty() const { return joined_.empty(); }
  /// What stands for `sample` where `event` is the last stack of its thread; `sample` itself where it is whole.
  NodeId find(NodeId sample, NodeId event) const;
  void add(NodeId sample, NodeId event, NodeId whole) { joined_[key(sample, event)] = whole; }
  bool known(NodeId sample, NodeId event) const { return joined_.count(key(sample, event)) != 0; }

 private:
  static std::uint64_t key(NodeId sample, NodeId event) { return std::uint64_t{sample.value} << 32 | event.value; }
  std::unordered_map<std::uint64_t, NodeId> joined_;
};

/// Which thread of an image the kernel's tid means at a time; tids are handed on.
class TidTable {
 public:
  explicit TidTable(const Image& image);
  /// none(): the thread recorded nothing itself.
  ThreadId find(std::uint32_t tid, std::uint64_t ticks) const;

 private:
  struct Use {
    std::uint64_t first_ticks = 0;
    ThreadId thread;
  };
  std::unordered_map<std::uint32_t, std::vector<Use>> uses_;  ///< in order of time
};

/// The records from whose stacks samples learn what lies outside of theirs.
template <class Record>
inline constexpr bool kIsEventWithStack = trace::Timed<Record>&& requires(Record record) {
  record.stack;
}
&&!std::is_same_v<Record, trace::Sample> && !std::is_same_v<Record, trace::PageFault>;

/// Whether a stack is the inner part of another one only.
inline bool is_cut_sample(const StackTable& stacks, NodeId stack) {
  return stacks.end(stack) == trace::StackEnd::kCopyEnd;
}

/// Finds the whole stacks of all samples of the image, adding to its stack table. Reads its records once more.
void join_samples(const trace::TraceFile& file, Image& image);

}  // namespace memline::replay
