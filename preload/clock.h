/// \file Clock: the time stamps of events.
///
/// The time-stamp counter where it is invariant, the kernel's monotonic clock where not; shifted so that a tick is a
/// few nanoseconds: fine enough to keep apart what one thread hands to another, and mostly one byte as a difference.
///
/// As long as one lane makes all events, the order of its records is all that matters: heap events then share a stamp for
/// about a millisecond, which compresses to nothing, and the counter is read without waiting for what went before, at half
/// the cost. That lane has its turn; the events of all others have a moment of their own.
///
/// Turns. One lane at a time may have one: the first lane, from the start, as a process begins with one thread; later one
/// that begins a block when no other has begun one since its last, and then from its next block on. Whoever writes to
/// another lane ends the turn, between taking its own stamp and letting anybody see what it did. So, of two events of two
/// threads, one after the other through a lock of the allocator or the program: if the later one has a coarse stamp, the
/// earlier one's thread found no turn to end, and has taken its stamp before the turn was even taken; if the earlier one
/// has, its stamp is at most the moment that it was taken at, and the later one reads the counter after.
#pragma once

#include <atomic>
#include <cstdint>

#include "sys.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace memline::capture {

class Clock {
 public:
  /// Part of a lane.
  struct Turn {
    std::uint64_t stamp;  ///< of its events; 0: the turn is taken, but not in use yet
  };

  /// Which counter there is; before any stamp is taken.
  void choose() noexcept {
    kernel_ = !counter_is_invariant();
    shift_ = kernel_ ? 3 : 4;
  }

  /// A process, or a forked child, begins with one thread, which has this lane.
  void start_alone(Turn& first) noexcept {
    always_exact_ = false;
    events_left_.store(1, std::memory_order_relaxed);
    first.stamp = now();
    turn_.store(&first, std::memory_order_relaxed);
  }
  /// Or every event tells its own time, from the start on.
  void be_exact() noexcept {
    always_exact_ = true;
    end_turn();
  }

  /// To be called by whoever is about to write to another lane for the first time: a thread that begins, or a signal
  /// handler inside of a hook.
  void end_turn() noexcept { turn_.store(nullptr, std::memory_order_release); }
  /// The lane with this turn writes.
  void end_other_turn(const Turn& own) noexcept {
    const Turn* const turn = turn_.load(std::memory_order_relaxed);
    if (turn != nullptr && turn != &own) [[unlikely]]
      end_turn();
  }
  /// It has begun a block; `in_a_row`: as far as can be seen, no other has begun one since its last.
  void begin_block(Turn& own, bool in_a_row) noexcept {
    if (kernel_ || always_exact_) return;
    const Turn* turn = turn_.load(std::memory_order_relaxed);
    if (turn == &own) {
      if (own.stamp == 0) own.stamp = now();
    } else if (turn == nullptr && in_a_row) {
      own.stamp = 0;
      turn_.compare_exchange_strong(turn, &own);
    }
  }

  std::uint32_t shift() const noexcept { return shift_; }
  bool is_kernel_clock() const noexcept { return kernel_; }

  /// Waits until what went before is done (rdtscp), so that no moment is earlier than what led to it: neither that of an
  /// acquisition than the real function's return, nor that of a release than the other thread's store through which the
  /// address came, which a counter read ahead of that load would be. What follows is not seen by anyone before the stamp
  /// is taken: stores leave a processor in the order of the program.
  std::uint64_t now() const noexcept {
#if defined(__x86_64__)
    unsigned processor = 0;
    if (!kernel_) [[likely]]
      return __rdtscp(&processor) >> shift_;
#endif
    return sys::monotonic_ns() >> shift_;
  }

  /// Of an event of the heap that the lane with this turn is about to write, nullptr: another than the thread's own; `bytes`
  /// of the block, 0 where they are not known. The large blocks are those that make peaks and valleys, whose moments are
  /// shown.
  std::uint64_t of_heap_event(std::uint64_t bytes, Turn* own) noexcept {
    if (own == nullptr || turn_.load(std::memory_order_acquire) != own || own->stamp == 0) return now();
    if (bytes >= kLargeBytes) {
      own->stamp = now();
    } else if (const std::uint64_t moment = roughly_now(); moment > own->stamp && moment - own->stamp >= kTicksPerStamp)
        [[unlikely]] {
      own->stamp = moment;
    }
    return own->stamp;
  }

  /// Events that follow are later than this moment, which was read just now: a mark parts what was before it from what
  /// comes behind it.
  void pass(std::uint64_t moment, Turn* own) noexcept {
    if (own != nullptr && own->stamp != 0 && own->stamp <= moment) own->stamp = moment + 1;
  }

 private:
  static constexpr std::uint32_t kEventsPerReading = 8;
  static constexpr std::uint64_t kTicksPerStamp = std::uint64_t{1} << 17;  ///< about 1 ms
  static constexpr std::uint64_t kLargeBytes = std::uint64_t{64} << 10;

  /// The counter may be read before what stands before it in the program. The kernel's clock, a system call, is read for
  /// one event in eight; 0 for the others.
  std::uint64_t roughly_now() noexcept {
#if defined(__x86_64__)
    if (!kernel_) [[likely]]
      return __rdtsc() >> shift_;
#endif
    const std::uint32_t left = events_left_.load(std::memory_order_relaxed) - 1;
    events_left_.store(left != 0 ? left : kEventsPerReading, std::memory_order_relaxed);
    return left != 0 ? 0 : now();
  }

  static bool counter_is_invariant() noexcept {
#if defined(__x86_64__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 || (d & (1U << 8)) == 0) return false;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (d & (1U << 27)) != 0;  // rdtscp
#else
    return false;
#endif
  }

  std::uint32_t shift_ = 0;
  bool kernel_ = false;
  bool always_exact_ = false;
  std::atomic<const Turn*> turn_{nullptr};
  std::atomic<std::uint32_t> events_left_{1};
};

}  // namespace memline::capture
