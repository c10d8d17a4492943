#include "lane_pool.h"

#include <new>

#include "own_memory.h"

namespace memline::capture {
namespace {

constexpr std::size_t kPage = 4096;

constexpr std::size_t whole_pages(std::size_t bytes) noexcept {
  return (bytes + kPage - 1) & ~(kPage - 1);
}

std::size_t lane_bytes() noexcept {
  return whole_pages(sizeof(Lane)) + whole_pages(Unwinder::bytes_needed(kMaxFrames));
}

}  // namespace

Lane* LanePool::create(const LaneContext& context, std::uint32_t index) noexcept {
  void* memory = map_own(lane_bytes());
  if (memory == nullptr) return nullptr;
  auto* lane = new (memory) Lane();
  lane->begin(context, index);
  lane->next_stack_id = 1;
  lane->unwinder = Unwinder::create(static_cast<std::byte*>(memory) + whole_pages(sizeof(Lane)), kMaxFrames);
  // First: a fork in between must find every lane below the end.
  std::uint32_t end = end_.load(std::memory_order_relaxed);
  while (end <= index && !end_.compare_exchange_weak(end, index + 1, std::memory_order_release)) {
  }
  lanes_[index].store(lane, std::memory_order_release);
  return lane;
}

Lane* LanePool::claim(const LaneContext& context, bool may_map) noexcept {
  for (std::uint32_t word = 0; word < kWords; ++word) {
    std::uint64_t seen = taken_[word].load(std::memory_order_relaxed);
    while (~seen != 0) {
      const auto bit = static_cast<unsigned>(__builtin_ctzll(~seen));
      const std::uint32_t index = word * 64 + bit;
      Lane* lane = at(index);
      if (lane == nullptr && !may_map) return nullptr;
      if (!taken_[word].compare_exchange_weak(seen, seen | (std::uint64_t{1} << bit), std::memory_order_acquire))
        continue;
      if (lane == nullptr) lane = at(index);
      if (lane == nullptr) lane = create(context, index);
      if (lane == nullptr) taken_[word].fetch_and(~(std::uint64_t{1} << bit), std::memory_order_release);
      return lane;
    }
  }
  return nullptr;
}

void LanePool::give_back(Lane& lane) noexcept {
  taken_[lane.index() / 64].fetch_and(~(std::uint64_t{1} << (lane.index() % 64)), std::memory_order_release);
}

void LanePool::reset(const Lane* keep) noexcept {
  for_each([&](Lane& lane) {
    lanes_[lane.index()].store(nullptr, std::memory_order_relaxed);
    if (&lane == keep) return;
    lane.stacks.release();
    unmap_own(&lane, lane_bytes());
  });
  end_.store(0, std::memory_order_relaxed);
  for (auto& word : taken_) word.store(0, std::memory_order_relaxed);
}

}  // namespace memline::capture
