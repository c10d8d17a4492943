/// \file How much of what each stack owned at the peak and at the end was in RAM.
#pragma once

#include <string>
#include <vector>

#include "model/by_stack.h"
#include "model/resident_blocks.h"
#include "replay/replay.h"

namespace memline::model {

/// Fills in the columns of resident bytes at the end, by stack. `blocks` have observed the whole image.
void add_resident_at_end(const ResidentBlocks& blocks, const std::vector<replay::LiveBlock>& live,
                         CostsByStack& by_stack);

/// The same at the peak. Returns what is to be said of these columns: "" where nobody looked.
std::string add_resident_at_peak(const ResidentBlocks& blocks, const std::vector<replay::LiveBlock>& live,
                                 CostsByStack& by_stack);

}  // namespace memline::model
