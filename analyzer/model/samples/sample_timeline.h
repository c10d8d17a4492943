/// \file sample_timeline(): a file of samples as memory over time, from its first sample on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/samples/sample_file.h"
#include "model/timeline/timeline.h"

namespace memline::model {

struct SampleRequest {
  std::optional<double> from, to;      ///< the window, in seconds since the first sample; default: all of it
  std::vector<std::string> functions;  ///< only calls of these; empty: all
  bool fit = false;
};

/// Error kNothing: no sample lies in the window, or no call is of a function that was asked for.
Result<Timeline> sample_timeline(const SampleFile& file, const SampleRequest& request);

/// Whether a function that is called `name` in a file is meant: by its whole name, or by its last part.
bool is_function(const std::string& name, const std::string& wanted);

/// The highest sample of the watched process; of those during calls of `function` where that is not empty. nullopt: none.
std::optional<MemorySample> highest_sample(const SampleFile& file, const std::string& function);

}  // namespace memline::model
