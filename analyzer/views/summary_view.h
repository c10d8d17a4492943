/// \file summary_view(): the totals of one program as a table of names and values.
#pragma once

#include "model/summary_model.h"
#include "views/table.h"

namespace memline::views {

Table summary_view(const model::SummaryModel& summary);

/// One row with the fields of the JSON contract as columns, no headings; for CSV.
Table summary_data_view(const model::SummaryModel& summary);

}  // namespace memline::views
