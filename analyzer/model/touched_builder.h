/// \file build_touched(): who allocated the memory that each line made resident.
///
/// A page that the allocator touches while it makes a block, to zero it or to note a size beside it, is the block's.
#pragma once

#include "base/result.h"
#include "model/profile.h"
#include "model/touched_model.h"

namespace memline::model {

/// Error kNothing: page faults were not recorded.
Result<TouchedModel> build_touched(Profile& profile);

}  // namespace memline::model
