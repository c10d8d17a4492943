/// \file ResidentLook: which pages of the process were in RAM at one moment, and what its address space consisted of.
/// Plain data, assembled from the records of one look; what contradicts itself in them is left out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memline/trace_format.h"

namespace memline::replay {

/// That there was a look, and when.
struct LookInfo {
  std::uint64_t ticks = 0;
  trace::LookReason reason = trace::LookReason::kGrowth;
  std::uint64_t resident_bytes = 0;
};

struct ResidentRegion {
  trace::RegionKind kind = trace::RegionKind::kPrivate;
  std::uint64_t begin = 0, end = 0;
  std::uint32_t protection = 0;
  std::string name;
};

struct PageRun {
  std::uint64_t begin = 0, end = 0;  ///< addresses
  std::uint64_t before = 0;          ///< resident bytes in all runs before this one
};

struct ResidentLook {
  std::uint64_t ticks = 0;
  trace::LookReason reason = trace::LookReason::kGrowth;
  std::uint64_t rss_bytes = 0;         ///< the kernel's figure just before; 0: not known
  std::uint64_t page_table_bytes = 0;  ///< no part of the RSS; 0: not known
  std::uint64_t swapped_bytes = 0;
  bool complete = false;                 ///< all of the address space was looked at
  std::vector<ResidentRegion> mappings;  ///< kPrivate and kShared, in order of address
  std::vector<ResidentRegion> parts;     ///< the other kinds
  std::vector<PageRun> pages;            ///< in order of address, never touching

  std::uint64_t resident_bytes() const {
    return pages.empty() ? 0 : pages.back().before + (pages.back().end - pages.back().begin);
  }
  /// How many bytes of [begin, end) lie in resident pages.
  std::uint64_t resident_in(std::uint64_t begin, std::uint64_t end) const;
  /// The mapping that holds the address; null if there is none.
  const ResidentRegion* mapping_at(std::uint64_t address) const;
};

/// Puts a look together from its records, in the order in which they stand.
class LookAssembler {
 public:
  /// `page_bytes` is a power of two.
  void begin(const trace::ResidentLook& record, std::uint64_t page_bytes);
  void add(const trace::ResidentRegion& record);
  void add(const trace::ResidentPages& record);
  /// False: there was no beginning.
  bool end(const trace::ResidentEnd& record);
  const ResidentLook& look() const { return look_; }

 private:
  bool open_ = false;
  std::uint64_t page_bytes_ = 4096;
  ResidentLook look_;
};

}  // namespace memline::replay
