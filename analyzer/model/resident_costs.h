/// \file add_resident_costs(): how much of what each stack owned at the peak and at the end was in RAM.
#pragma once

#include <optional>

#include "base/result.h"
#include "model/cost_pass.h"
#include "model/profile.h"

namespace memline::model {

/// Fills in the resident columns of `costs`, which are of this profile. Two more passes over the events, so only where
/// these columns are wanted. The image has looks.
std::optional<Error> add_resident_costs(const Profile& profile, Costs& costs);

}  // namespace memline::model
