/// \file build_asked_blocks(): what memline_block() of marker.h asked for, call by call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/block_report.h"
#include "model/common_info.h"
#include "model/profile.h"

namespace memline::model {

struct AskedBlock {
  double time = 0;  ///< of the call, in seconds after the start
  std::string thread;
  std::uint64_t address = 0;
  std::optional<BlockReport>
      block;  ///< the one that held the address then, or the last one before; null: none ever did
  bool was_live = false;
  std::optional<double>
      seconds;  ///< of the live one its age then, of the other how long it had been gone; null: unknown
};

struct AskedBlocks {
  CommonInfo common;
  std::uint64_t count = 0;        ///< of all calls
  std::vector<AskedBlock> asked;  ///< of those asked about, in order of time
};

/// In one go: each answer keeps its stacks.
inline constexpr std::size_t kMostAsked = 1000;

/// Which calls are answered: those from `first` (counted from 0) on that were made until `until_ticks`, `most` at most.
struct AskedRequest {
  std::size_t first = 0;
  std::size_t most = kMostAsked;  ///< more are not to be had
  std::uint64_t until_ticks = std::numeric_limits<std::uint64_t>::max();
};

/// Error kNothing: there was no call.
Result<AskedBlocks> build_asked_blocks(Profile& profile, const AskedRequest& request);

}  // namespace memline::model
