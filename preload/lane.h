/// \file Lane: what one thread needs to record an event without asking anybody: its open block, the deltas of that
/// block, its unwinder and its table of known stacks.
///
/// A lane is used by one thread at a time, and not re-entered: `busy_sp` is the stack pointer of the hook that is
/// recording with it. Lanes are mapped zeroed, never freed, and handed on when their thread ends (lane_pool.h).
/// In the copy that a forked child has of it, sequence() and committed_bytes() say exactly what the parent had written.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "clock.h"
#include "memline/trace_format.h"
#include "stack_table.h"
#include "trace_space.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

/// Deeper stacks are cut at their outer end.
inline constexpr std::uint32_t kMaxFrames = 1024;
inline constexpr std::uint32_t kMaxOpenSpans = 64;

/// What all lanes of a session share.
struct LaneContext {
  TraceSpace* space = nullptr;
  Clock* clock = nullptr;
  std::uint32_t image = 0;
};

class Lane {
 public:
  /// `this` lies in zeroed memory.
  void begin(const LaneContext& context, std::uint32_t index) noexcept {
    context_ = &context;
    index_ = index;
  }

  /// Appends a record; takes a new block where it does not fit. False: it is lost, see fault(). A time that lies before
  /// the last one is raised to it: the order within a lane is the program's.
  template <class Record>
  bool write(Record& record) noexcept {
    context_->clock->end_other_turn(turn);
    clamp(record);
    if (!trace::encode(position_, end_, deltas_, record)) [[unlikely]] {
      if (!next_block()) return false;
      clamp(record);
      if (!trace::encode(position_, end_, deltas_, record)) return false;
    }
    commit();
    return true;
  }

  /// A moment that is not before anything recorded here.
  std::uint64_t no_earlier(std::uint64_t ticks) const noexcept {
    return ticks < deltas_.time_ticks ? deltas_.time_ticks : ticks;
  }

  /// Ends the open block, so that its checksum protects it; what is still recorded goes into a new one.
  void close_block() noexcept { seal(); }

  /// After the hook that used the lane was left by a longjmp: what it had not committed is dropped.
  void recover() noexcept;

  /// What was written to it so far, roughly: a measure of cost.
  std::uint64_t written_bytes() const noexcept { return (progress_ >> 32) * trace::kPayloadBytes + committed_bytes(); }

  std::uint32_t index() const noexcept { return index_; }
  SpaceFault fault() const noexcept { return fault_; }
  bool has_blocks() const noexcept { return progress_ != 0; }
  std::uint32_t sequence() const noexcept { return static_cast<std::uint32_t>(progress_ >> 32) - 1; }
  std::uint32_t committed_bytes() const noexcept { return static_cast<std::uint32_t>(progress_); }

 private:
  template <class Record>
  void clamp(Record& record) noexcept {
    if constexpr (requires { record.time; }) record.time = no_earlier(record.time);
  }
  void commit() noexcept {
    const auto bytes = static_cast<std::uint32_t>(position_ - (end_ - trace::kPayloadBytes));
    std::atomic_ref(header()->payload_bytes).store(bytes, std::memory_order_release);
    set_progress(bytes);
  }
  trace::BlockHeader* header() noexcept { return reinterpret_cast<trace::BlockHeader*>(end_ - trace::kBlockBytes); }
  bool next_block() noexcept;
  void seal() noexcept;
  /// One store: a fork by another thread sees the old or the new.
  void set_progress(std::uint32_t bytes) noexcept {
    std::atomic_ref(progress_).store((std::uint64_t{next_sequence_} << 32) | bytes, std::memory_order_release);
  }

  // What every event uses comes first, together.
  const LaneContext* context_;
  std::byte* position_;  ///< null, like end_: no block yet
  std::byte* end_;
  trace::DeltaState deltas_;
  std::uint64_t progress_;  ///< number of blocks begun << 32 | bytes committed in the last one
  std::uint32_t index_;
  std::uint32_t next_sequence_;
  SpaceFault fault_;
  std::uint32_t last_claim_;  ///< how many blocks of the file were claimed with this lane's last

 public:
  Clock::Turn turn;  ///< the thread's, as what follows
  // Of the thread that has the lane; all but busy_sp are its own business.
  std::uint64_t busy_sp;
  std::uint64_t epoch;  ///< the session's, when this lane last looked
  Unwinder* unwinder;
  StackTable stacks;
  std::uint32_t next_stack_id;
  bool named;            ///< a Thread record was written
  bool borrowed;         ///< for one event only
  std::uint32_t thread;  ///< number of the thread that the lane's last Thread record names
  std::uint32_t tid;
  std::uint64_t stack_address;  ///< somewhere in the thread's stack; 0: not known, or the main one
  char name[16];
  void** return_addresses;  ///< for libunwind; mapped when first used
  std::uint32_t open_spans;
  std::uint64_t spans[kMaxOpenSpans];
  trace::Stack stack_record;  ///< too large for the stack of a hook
};

}  // namespace memline::capture
