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

}  // namespace

void* map_own(std::size_t bytes) noexcept {
  void* const memory = sys::map_private(bytes);
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
