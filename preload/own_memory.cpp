#include "own_memory.h"

#include <atomic>

#include "sys.h"

namespace memline::capture {
namespace {

struct Slot {
  std::atomic<std::uint64_t> begin;
  std::atomic<std::uint64_t> bytes;
};
constinit Slot slots[kMostOwnRanges]{};

/// Stands for `begin` while a slot is being filled.
constexpr std::uint64_t kTaken = 1;

/// Below the libraries, which the kernel puts next to what it maps for the program. No further away: ThreadSanitizer lets
/// a program have the highest 1.5 TiB only.
constexpr std::uint64_t kAway = std::uint64_t{512} << 30, kAtMost = std::uint64_t{256} << 30;
constexpr std::uint64_t kPage = 4096, kHugePage = std::uint64_t{2} << 20;
constinit std::atomic<std::uint64_t> placed{0};

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) noexcept {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

void* own_place(std::size_t bytes) noexcept {
  const std::uint64_t here = reinterpret_cast<std::uint64_t>(&placed) / kHugePage * kHugePage;
  if (here < kAway + kAtMost || bytes > kAtMost) return nullptr;
  std::uint64_t before = placed.load(std::memory_order_relaxed);
  std::uint64_t begin = 0, end = 0;
  do {
    begin = round_up(before, bytes < kHugePage ? kPage : kHugePage);
    end = begin + round_up(bytes, kPage);
    if (end > kAtMost) return nullptr;
  } while (!placed.compare_exchange_weak(before, end, std::memory_order_relaxed));
  return reinterpret_cast<void*>(here - kAway + begin);
}

void* map_own(std::size_t bytes) noexcept {
  void* const memory = sys::map_private(bytes, own_place(bytes));
  if (memory == nullptr) return nullptr;
  for (Slot& slot : slots) {
    std::uint64_t empty = 0;
    if (!slot.begin.compare_exchange_strong(empty, kTaken, std::memory_order_relaxed)) continue;
    slot.bytes.store(bytes, std::memory_order_relaxed);
    slot.begin.store(reinterpret_cast<std::uint64_t>(memory), std::memory_order_release);
    break;
  }
  return memory;
}

void unmap_own(void* memory, std::size_t bytes) noexcept {
  for (Slot& slot : slots) {
    std::uint64_t begin = reinterpret_cast<std::uint64_t>(memory);
    if (slot.begin.compare_exchange_strong(begin, 0, std::memory_order_relaxed)) break;
  }
  sys::unmap(memory, bytes);
}

OwnRange own_range(std::size_t index) noexcept {
  const Slot& slot = slots[index];
  const std::uint64_t begin = slot.begin.load(std::memory_order_acquire);
  if (begin == 0 || begin == kTaken) return {};
  return {begin, slot.bytes.load(std::memory_order_relaxed)};
}

}  // namespace memline::capture
