/// \file collect_costs(): what each stack owns and what it all adds up to, whatever filter is in force.
#pragma once

#include <string>

#include "base/result.h"
#include "model/by_stack.h"
#include "model/change_tape.h"
#include "model/profile.h"
#include "model/summary_model.h"
#include "model/top_model.h"
#include "replay/replay.h"

namespace memline::model {

struct Costs {
  CostsByStack by_stack;
  Totals totals;
  replay::Outcome outcome;
  std::string resident_note{};  ///< what the columns of resident bytes are worth
};

/// One pass over the events; two where a filter is in force, since what is owned at the peak cannot be told from the
/// filtered events alone, or where the columns of resident bytes are wanted and somebody looked at what is in RAM.
/// `tape`, if given, gets the changes of that one pass.
Result<Costs> collect_costs(Profile& profile, bool with_resident, ChangeTape* tape = nullptr);

}  // namespace memline::model
