/// \file RowSource: the row of any frame, from the cache or from the module's .eh_frame.
///
/// Part of one Unwinder, in zeroed memory.
#pragma once

#include <cstdint>

#include "unwinder/modules.h"
#include "unwinder/row_cache.h"
#include "unwinder/rows.h"
#include "unwinder/short_row.h"

namespace memline::capture {

class RowSource {
 public:
  void start() noexcept {
    cache_.start();
    syscalls_allowed_ = true;
  }
  void allow_system_calls(bool allowed) noexcept { syscalls_allowed_ = allowed; }
  bool syscalls_allowed() const noexcept { return syscalls_allowed_; }

  /// Forgets everything about modules.
  void clear() noexcept {
    cache_.clear();
    modules_.clear();
    for (KeyedMemoryRow& entry : memory_rows_) entry.pc = 0;
  }

  ShortRow row(std::uint64_t pc, bool exact) noexcept {
    const ShortRow* cached = cache_.find(pc, exact);
    return cached != nullptr ? *cached : miss(pc, exact);
  }

  /// The memory row of a frame whose short row said that there is one.
  const MemoryRow& memory_row(std::uint64_t pc, bool exact) noexcept;

  /// What the evaluator needs: the row in full, valid until the next call. kNone, kRoot and kMemory with
  /// `is_trampoline` have no full row.
  struct Full {
    const FullRow* row;
    const Section* section;
    ShortRow short_row;
    const MemoryRow* memory;  ///< where short_row.kind is kMemory
    bool is_signal;
    bool is_trampoline;  ///< a signal trampoline known by its code alone
  };
  Full full_row(std::uint64_t pc, bool exact) noexcept;

 private:
  static constexpr unsigned kMemoryRows = 64;

  struct KeyedMemoryRow {
    std::uint64_t pc;
    MemoryRow row;
    bool exact;
  };

  ShortRow miss(std::uint64_t pc, bool exact) noexcept;
  KeyedMemoryRow& memory_entry(std::uint64_t pc) noexcept { return memory_rows_[(pc ^ (pc >> 6)) % kMemoryRows]; }

  RowCache cache_;
  UnwindModules modules_;
  KeyedMemoryRow memory_rows_[kMemoryRows];
  RowScratch scratch_;
  FullRow full_;
  MemoryRow memory_;
  bool syscalls_allowed_;
};

}  // namespace memline::capture
