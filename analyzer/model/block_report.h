/// \file build_block_report(): what is known of the memory at one address: the block, whose it is, its age and stacks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/common_info.h"
#include "model/profile.h"
#include "replay/address_history.h"

namespace memline::model {

struct StackLine {
  std::string function;  ///< "" where not even a symbol is known
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::string module;  ///< "" for code in none
};

struct BlockCall {
  double time = 0;  ///< seconds after the start
  std::string thread;
  std::vector<StackLine> stack;  ///< innermost first, inlined functions included
};

struct BlockReport {
  std::uint64_t address = 0, bytes = 0;
  std::string memory;  ///< "heap", "mapping" or "pool"
  std::string type;    ///< "": not known
  std::string rule;    ///< how the type was found
  BlockCall acquired;
  std::optional<BlockCall> released;
  std::optional<double> age;  ///< seconds from the one to the other, or to the end; null: the clock is not known
  bool moved_here = false, moved_away = false;  ///< by realloc or mremap
};

struct AddressReport {
  CommonInfo common;
  std::uint64_t address = 0;
  std::uint64_t count = 0;          ///< of all blocks that ever held the address
  std::vector<BlockReport> blocks;  ///< the latest first
};

BlockReport describe_block(Profile& profile, const replay::BlockLife& life);

/// `at`: only blocks acquired until then, as --at takes it. At most `most` blocks; 0: all that are kept.
/// Error kNothing: no block ever was there.
Result<AddressReport> build_address_report(Profile& profile, std::uint64_t address, const std::string& at,
                                           std::size_t most);

}  // namespace memline::model
