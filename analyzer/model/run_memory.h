/// \file measure_memory(): the peak and the increment of one recorded run.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/profile.h"
#include "model/repeated_runs.h"

namespace memline::model {

/// Of the process: its highest live bytes, and how far they are above what was live when main began. With `function` (a
/// name or a glob) the same of that function's runs: the highest of the process in any of them, and how far the process
/// rose at most above what was live when a run began. Error kNothing: the function has no event.
Result<RunMemory> measure_memory(Profile& profile, const std::optional<std::string>& function);

}  // namespace memline::model
