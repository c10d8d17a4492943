/// \file build_regions(): what the memory did during each span and during each run of chosen functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/profile.h"
#include "model/region_model.h"

namespace memline::model {

struct RegionRequest {
  std::vector<std::string> functions;  ///< --region-func: names or globs
  RegionMetric metric = RegionMetric::kHeap;
};

/// A region, and the counters that its sums are of.
using RegionSink = std::function<void(const Region& region, const std::vector<CounterColumn>& counters)>;

/// Hands every region to `sink` as it ends. The model that is returned holds all but the regions. Errors kNothing: a
/// name that matches nothing, no RSS samples, neither spans nor functions to look for.
Result<RegionModel> build_regions(Profile& profile, const RegionRequest& request, const RegionSink& sink);

}  // namespace memline::model
