/// \file build_ledgers(): what the RSS consisted of when it was highest, and at the end.
#pragma once

#include "base/result.h"
#include "model/ledger_model.h"
#include "model/profile.h"

namespace memline::model {

/// One pass over the events. No ledgers where nobody looked at what was in RAM.
Result<LedgerModel> build_ledgers(Profile& profile);

}  // namespace memline::model
