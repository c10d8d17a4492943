/// \file ledger_view(): what the RSS consisted of, as a table whose rows add up to it.
#pragma once

#include <cstddef>

#include "model/ledger_model.h"
#include "views/table.h"

namespace memline::views {

/// Of sites and files at most `most_rows` each are named; 0: all.
Table ledger_view(const model::Ledger& ledger, std::size_t most_rows = 10);

/// All rows of all ledgers, no headings; for CSV.
Table ledger_data_view(const model::LedgerModel& model);

}  // namespace memline::views
