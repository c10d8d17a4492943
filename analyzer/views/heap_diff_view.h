/// \file heap_diff_view(): the difference of two heaps as guppy shows it (A-B).
#pragma once

#include <cstddef>

#include "model/heap_diff.h"
#include "views/table.h"

namespace memline::views {

/// At most `most_rows` rows, and a note saying how many there are more; 0: all.
Table heap_diff_view(const model::HeapDiff& diff, std::size_t most_rows = 10);
/// All rows with the fields of the JSON as columns, no headings; for CSV.
Table heap_diff_data_view(const model::HeapDiff& diff);

}  // namespace memline::views
