/// \file touched_view(): allocated here, made resident there, as a table.
#pragma once

#include <cstddef>

#include "model/touched_model.h"
#include "views/table.h"

namespace memline::views {

/// At most `most_rows` rows, and a note that says how many more there are; 0: all.
Table touched_view(const model::TouchedModel& touched, std::size_t most_rows = 20);

/// All rows, no headings; for CSV.
Table touched_data_view(const model::TouchedModel& touched);

}  // namespace memline::views
