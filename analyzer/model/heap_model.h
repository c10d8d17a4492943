/// \file HeapModel: the live memory at one moment, partitioned by one kind. Plain data, filled by build_heap()
/// (heap_builder.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"

namespace memline::model {

struct HeapRow {
  std::string kind;  ///< what the row stands for, for people
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::optional<std::string> function;
  std::uint64_t count = 0;  ///< blocks; a mapped range of one owner counts as one
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> resident{};  ///< what of `bytes` was in RAM; null: nobody looked
  std::string rule{};                       ///< by type: how the type was found; "": it is not known
};

struct HeapModel {
  CommonInfo common;
  std::string at;                    ///< as asked for: "peak", "end", "1.5", "mark:NAME#2"
  std::string by;                    ///< line, func, file, type, module, size or thread
  std::optional<std::string> since;  ///< as asked for: only what was acquired after that moment
  std::optional<double> at_time;     ///< seconds after the start; null: the trace does not tell how fast its clock runs
  std::uint64_t count = 0, bytes = 0;
  std::optional<std::uint64_t> typed_bytes;  ///< by type: those of a known type
  bool has_resident = false;                 ///< somebody looked at what was in RAM
  std::optional<double> seconds_to_look;     ///< from the moment to when they did, negative: before; null: unknown
  std::vector<HeapRow> rows;                 ///< largest first; their sums are count and bytes
};

}  // namespace memline::model
