/// \file StackMemory: reads words of the stack being unwound, and never faults.
///
/// One range is known to be readable: from the hook's caller's sp to the end of the stack, or, on a stack that nobody
/// told us about, to the end of sp's page. Whatever else a frame points to is asked of the kernel, page by page, once a
/// walk; knowledge does not outlive the walk, since the pages may be gone by the next.
#pragma once

#include <cstdint>

#include "unwinder/unwinder.h"

namespace memline::capture {

class StackMemory {
 public:
  /// Begins a walk.
  void begin(std::uint64_t sp, StackBounds bounds, bool syscalls_allowed) noexcept {
    bounds_ = bounds;
    syscalls_allowed_ = syscalls_allowed;
    low_ = sp;
    on_known_stack_ = sp >= bounds.lo && sp < bounds.hi;
    high_ =
        on_known_stack_ ? bounds.hi : ((sp - 1) | (kPageBytes - 1)) + 1;  // the return address below sp was readable
    page_count_ = 0;
  }

  bool on_known_stack() const noexcept { return on_known_stack_; }
  /// Those of the known stack that the walk began on; else {0, 0}.
  StackBounds known_bounds() const noexcept { return on_known_stack_ ? bounds_ : StackBounds{0, 0}; }

  /// How many bytes from `sp` upwards are known to be readable.
  std::uint64_t room_above(std::uint64_t sp) const noexcept { return sp >= low_ && sp < high_ ? high_ - sp : 0; }

  /// Lets the range begin lower: the frames of our own that lie below the start.
  void extend_down(std::uint64_t sp) noexcept {
    if (sp < low_ && low_ - sp < kOwnFramesBytes) low_ = sp;
  }

  bool read(std::uint64_t address, std::uint64_t& out) noexcept {
    if (address < low_ || high_ - address < sizeof(out) || address > high_) [[unlikely]] {
      if (!is_readable(address)) return false;
    }
    __builtin_memcpy(&out, reinterpret_cast<const void*>(address), sizeof(out));
    return true;
  }

  /// Whether the eight bytes at `address` can be read. Out of line: rare.
  bool is_readable(std::uint64_t address) noexcept;

 private:
  static constexpr std::uint64_t kPageBytes = 4096;
  static constexpr std::uint64_t kOwnFramesBytes = 64 * 1024;
  static constexpr unsigned kPages = 16;

  bool page_is_readable(std::uint64_t page) noexcept;

  StackBounds bounds_;
  std::uint64_t low_;
  std::uint64_t high_;
  bool on_known_stack_;
  bool syscalls_allowed_;
  unsigned page_count_;
  std::uint64_t pages_[kPages];
};

}  // namespace memline::capture
