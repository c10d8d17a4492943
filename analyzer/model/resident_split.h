/// \file ResidentSplit: divides the resident bytes of one look among everything they can belong to, each byte once.
///
///     a mapping   |--block--|r|---free---|--block--|r|   r: rounding inside a block
///     resident    ........|==================|........
///
/// Memory: one entry a live block while it works.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "model/ledger_model.h"
#include "replay/live_memory.h"
#include "replay/resident_look.h"

namespace memline::model {

struct ResidentSplit {
  std::map<NodeId, std::uint64_t> heap;  ///< by the owner's stack
  std::map<std::string, std::uint64_t> files, shared;
  std::uint64_t rounding = 0, allocator = 0, mappings = 0, stacks = 0, profiler = 0, other = 0;
};

/// `glibc_rounding`: the blocks are glibc's, which says how large each really is.
ResidentSplit split_resident(const replay::ResidentLook& look, const replay::LiveMemory& memory, bool glibc_rounding);

}  // namespace memline::model
