/// \file diff_heaps(): what one heap holds more or less of than another, both partitioned by the same kind. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/heap_model.h"

namespace memline::model {

struct HeapDiffRow {
  std::string kind;
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::optional<std::string> function;
  std::int64_t count = 0, bytes = 0;  ///< of A minus of B
  std::string rule;                   ///< by type: how the type was found
};

struct HeapDiff {
  HeapModel a, b;                 ///< their rows are empty: they went into the difference
  std::vector<HeapDiffRow> rows;  ///< the largest difference in bytes first; those without any are left out
};

HeapDiff diff_heaps(HeapModel a, HeapModel b);

}  // namespace memline::model
