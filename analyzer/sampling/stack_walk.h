/// \file walk_stack(): the call stack of a sample, from its registers and the copied piece of its stack.
#pragma once

#include <cstdint>
#include <vector>

#include "memline/trace_format.h"
#include "sampling/code_map.h"
#include "sampling/perf_record.h"

namespace memline::sampling {

struct WalkedFrame {
  const CodeModule* module = nullptr;  ///< null: offset is an absolute address
  std::uint64_t offset = 0;
  bool exact = false;  ///< the pc itself, not a return address

  friend bool operator==(const WalkedFrame&, const WalkedFrame&) = default;
};

/// Overwrites `frames`, the innermost first. kCopyEnd: the next return address lies outside of the copy.
trace::StackEnd walk_stack(const SampleRecord& sample, const CodeMap& code, std::vector<WalkedFrame>& frames);

}  // namespace memline::sampling
