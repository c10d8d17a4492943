/// \file LibunwindBlocks: what libunwind has allocated while it walked a stack for us.
///
/// Its thread-locals are allocated at a thread's first walk, inside of a hook, and freed by the C library when the thread
/// ends: neither is an event of the program. Only used with MEMLINE_UNWINDER=libunwind. Lock-free, any thread; a block
/// for which there is no room is forgotten, and its release counted as one of an unknown block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace memline::capture {

class LibunwindBlocks {
 public:
  void add(std::uint64_t address) noexcept {
    for (std::size_t i = 0; i < kReach; ++i) {
      std::uint64_t empty = 0;
      if (slot(address, i).compare_exchange_strong(empty, address, std::memory_order_relaxed)) return;
    }
  }
  /// True if the block was one of them; it is forgotten.
  bool take(std::uint64_t address) noexcept {
    for (std::size_t i = 0; i < kReach; ++i) {
      std::uint64_t expected = address;
      if (slot(address, i).compare_exchange_strong(expected, 0, std::memory_order_relaxed)) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kSlots = 4096;  ///< a power of two
  static constexpr std::size_t kReach = 32;    ///< slots that an address may stand in

  std::atomic<std::uint64_t>& slot(std::uint64_t address, std::size_t i) noexcept {
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
    return slots_[((address * kSpread >> 52) + i) % kSlots];
  }

  std::atomic<std::uint64_t> slots_[kSlots] = {};
};

}  // namespace memline::capture
