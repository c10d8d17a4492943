/// \file read_address_history(): every block that ever lay at one address, from its allocation to its release.
///
/// One pass over the recorded events; memory does not grow with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/strong_id.h"
#include "replay/recording.h"
#include "replay/replay.h"

namespace memline::replay {

/// A call that acquired or released a block.
struct BlockEvent {
  std::uint64_t ticks = 0;
  ThreadId thread;
  NodeId stack;
};

struct BlockLife {
  std::uint64_t address = 0, bytes = 0;
  BlockKind kind = BlockKind::kHeap;
  std::uint64_t pool = 0;  ///< for kPool
  BlockEvent acquired;
  std::optional<BlockEvent> released;  ///< null: live at the end
  bool moved_here = false;             ///< by realloc or mremap
  bool moved_away = false;             ///< likewise; `released` says when
};

struct AddressHistory {
  std::deque<BlockLife> lives;  ///< in order of their beginning; only the latest kMostLives
  std::uint64_t count = 0;      ///< of all
};
inline constexpr std::size_t kMostLives = 64;

/// Blocks that hold `address` and were acquired no later than `until` (ticks).
AddressHistory read_address_history(const Recording& recording, std::size_t image, std::uint64_t address,
                                    std::optional<std::uint64_t> until);

}  // namespace memline::replay
