/// \file heap_view(): the partition of the live memory as the table that users of guppy know.
#pragma once

#include <cstddef>

#include "model/heap_model.h"
#include "views/table.h"

namespace memline::views {

/// At most `most_rows` rows, and a note saying how many there are more; 0: all. `with_rules`: by type, how each type was
/// found.
Table heap_view(const model::HeapModel& heap, std::size_t most_rows = 10, bool with_rules = false);

/// All rows with the fields of the JSON contract as columns, no headings; for CSV.
Table heap_data_view(const model::HeapModel& heap);

}  // namespace memline::views
