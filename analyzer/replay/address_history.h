/// \file read_address_histories(): every block that ever lay at an address, from its allocation to its release.
///
/// One pass over the recorded events for all addresses; memory does not grow with the events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

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

struct AddressQuestion {
  std::uint64_t address = 0;
  std::optional<std::uint64_t> until;  ///< ticks; blocks acquired later are left out
};

/// For each question the blocks that held the address.
std::vector<AddressHistory> read_address_histories(const Recording& recording, std::size_t image,
                                                   std::span<const AddressQuestion> questions);

}  // namespace memline::replay
