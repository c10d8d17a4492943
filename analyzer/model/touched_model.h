/// \file TouchedModel: memory that one line allocated and another made resident. Plain data, filled by build_touched()
/// (touched_builder.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"
#include "model/report_model.h"

namespace memline::model {

struct TouchedPlace {
  std::string label;  ///< "file.cpp:12 function"
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::optional<std::string> function;
};

struct TouchedRow {
  TouchedPlace allocated;  ///< all null: no block that is known: the allocator's own, stacks, code and data of files
  TouchedPlace resident;
  std::uint64_t bytes = 0;  ///< of pages that became resident; one that was given back may do so again
};

struct TouchedModel {
  CommonInfo common;
  ResidentTotals resident;
  std::vector<TouchedRow> rows;  ///< the largest first
};

}  // namespace memline::model
