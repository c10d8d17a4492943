/// \file build_summary(): the totals of one program.
#pragma once

#include "base/result.h"
#include "model/profile.h"
#include "model/summary_model.h"

namespace memline::model {

Result<SummaryModel> build_summary(Profile& profile);

}  // namespace memline::model
