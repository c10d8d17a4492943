/// \file block_views(): the blocks at one address, a table each.
#pragma once

#include <vector>

#include "model/asked_blocks.h"
#include "model/block_report.h"
#include "views/table.h"

namespace memline::views {

std::vector<Table> block_views(const model::AddressReport& report);
/// All of them in one table with the fields of the JSON as columns: a row for each frame of each stack; for CSV.
Table block_data_view(const model::AddressReport& report);

/// What memline_block() asked for: a table for each call, and one for all as above.
/// asked_so_far_view() is of a program that still runs: what became of the block later is not known.
Table asked_so_far_view(const model::AskedBlock& asked);
std::vector<Table> asked_views(const model::AskedBlocks& asked);
Table asked_data_view(const model::AskedBlocks& asked);

}  // namespace memline::views
