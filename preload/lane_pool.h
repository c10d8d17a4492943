/// \file LanePool: hands lanes to threads. Lock-free; a lane that its thread has left goes, open block and all, to the
/// next one, so that short-lived threads cost nothing that stays.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lane.h"

namespace memline::capture {

class LanePool {
 public:
  /// More threads at once than this are not recorded.
  static constexpr std::uint32_t kMost = 16384;

  /// A lane that nobody has; the lowest free one, with its unwinder. nullptr: there is none, or no memory for one.
  Lane* claim(const LaneContext& context, bool may_map) noexcept;
  void give_back(Lane& lane) noexcept;

  /// The lane with this number, or nullptr: it was never used, or could not be made.
  Lane* at(std::uint32_t index) noexcept { return lanes_[index].load(std::memory_order_acquire); }

  /// Calls function(Lane&) for every lane that there is; there may be gaps between them.
  template <class Function>
  void for_each(const Function& function) noexcept {
    const std::uint32_t end = end_.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < end; ++i) {
      if (Lane* const lane = at(i); lane != nullptr) function(*lane);
    }
  }

  /// Forgets all lanes (forked child) and lets their memory go, but for `keep` (which interrupted code still uses).
  void reset(const Lane* keep) noexcept;

 private:
  static constexpr std::uint32_t kWords = kMost / 64;

  Lane* create(const LaneContext& context, std::uint32_t index) noexcept;

  std::atomic<Lane*> lanes_[kMost] = {};
  std::atomic<std::uint32_t> end_{0};  ///< above all numbers that were ever given to a lane
  std::atomic<std::uint64_t> taken_[kWords] = {};
};

}  // namespace memline::capture
