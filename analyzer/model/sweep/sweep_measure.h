/// \file measure_trace(): what a sweep wants to know of one recorded run.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/profile.h"
#include "model/sweep/sweep_model.h"

namespace memline::model {

struct SweepLine {
  std::string file;
  std::uint32_t line = 0;
};

struct SweepRequest {
  std::vector<std::string> functions;  ///< these and each of their lines
  std::vector<SweepLine> lines;        ///< these; with neither: what each site owns at the peak
};

/// The process's peak, and what was asked for as far as it has events. Errors as build_report()'s; that there is no such
/// function in this run is no error if it has other events.
Result<std::vector<Measured>> measure_trace(Profile& profile, const SweepRequest& request);

}  // namespace memline::model
