/// \file LaneUse: the calling thread's lane for the length of one event.
///
/// A thread takes a lane with its first event and keeps it to its end. A signal handler that records while the hook it
/// interrupted is at it borrows another lane, and so do events after the thread's destructors; its Thread record names
/// the same thread, so that nothing is lost or misplaced. Neither locks nor waits.
#pragma once

#include <cstdint>

#include "lane.h"
#include "session.h"
#include "thread_state.h"

namespace memline::capture {

class LaneUse {
 public:
  /// `sp`: the frame of the hook, by which a later one tells whether this one was left by a longjmp.
  explicit LaneUse(std::uint64_t sp) noexcept {
    Lane* const lane = thread_state.lane;
    if (lane != nullptr && lane->busy_sp == 0) [[likely]] {
      lane->busy_sp = sp;
      std::atomic_signal_fence(std::memory_order_seq_cst);
      lane_ = lane;
      if (lane->epoch != session.epoch.load(std::memory_order_acquire)) [[unlikely]]
        renew(*lane);
    } else {
      lane_ = enter_slowly(sp);
    }
  }
  ~LaneUse() {
    if (lane_ == nullptr) [[unlikely]]
      return;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    lane_->busy_sp = 0;
    if (lane_->borrowed) [[unlikely]]
      give_back(*lane_);
  }
  LaneUse(const LaneUse&) = delete;
  LaneUse& operator=(const LaneUse&) = delete;

  /// nullptr: there is none; the event has been counted as lost.
  Lane* get() const noexcept { return lane_; }

  /// The calling thread is about to end: records that and lets its lane go.
  static void end_thread() noexcept;

  /// For the session's start: makes `lane` the calling thread's.
  static void adopt(Lane& lane) noexcept;

 private:
  static Lane* enter_slowly(std::uint64_t sp) noexcept;
  static void renew(Lane& lane) noexcept;
  static void give_back(Lane& lane) noexcept;

  Lane* lane_;
};

}  // namespace memline::capture
