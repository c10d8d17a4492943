/// \file Ledger: what the RSS of a process consisted of at one moment: rows that add up to it. Plain data, filled by
/// build_ledgers() (ledger_builder.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/common_info.h"

namespace memline::model {

enum class LedgerKind : std::uint8_t {
  kHeap,       ///< live blocks of one site
  kRounding,   ///< what the allocator gave beyond what was asked for
  kAllocator,  ///< what it keeps: free blocks, its own bookkeeping
  kMappings,   ///< the program's own anonymous mappings
  kStacks,     ///< of its threads
  kFile,       ///< mapped from a file, with the pages of it that were written to
  kShared,     ///< shared memory
  kProfiler,   ///< memline's own
  kOther,      ///< none of these
};
/// "heap", "rounding", ...: for JSON.
std::string to_string(LedgerKind kind);

struct LedgerRow {
  LedgerKind kind = LedgerKind::kOther;
  std::string name;  ///< of the site, or of the file; "" for kinds with one row
  std::uint64_t bytes = 0;
};

struct Ledger {
  std::string at;                              ///< "peak" (of the RSS) or "end"
  double at_time = 0;                          ///< seconds after the start
  std::uint64_t rss = 0;                       ///< resident bytes that were found; the rows add up to it
  std::uint64_t kernel_rss = 0;                ///< the kernel's quick figure just before; 0: not known
  std::uint64_t page_tables = 0, swapped = 0;  ///< no part of the RSS
  bool complete = true;                        ///< all of the address space was looked at
  std::vector<LedgerRow> rows;                 ///< by kind, the largest first
};

struct LedgerModel {
  CommonInfo common;
  std::vector<Ledger> ledgers;  ///< none: nobody looked
};

}  // namespace memline::model
