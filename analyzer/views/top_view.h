/// \file top_view(): the sites and what they own as a table.
#pragma once

#include <cstddef>

#include "model/top_model.h"
#include "views/table.h"

namespace memline::views {

/// At most `most_rows` sites and a row that sums up the others; 0: all. No such row where rows overlap (inclusive).
Table top_view(const model::TopModel& top, std::size_t most_rows = 20);

/// All sites with the fields of the JSON contract as columns, no headings; for CSV.
Table top_data_view(const model::TopModel& top);

}  // namespace memline::views
