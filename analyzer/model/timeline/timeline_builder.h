/// \file build_timeline(): memory over time, from a trace.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/profile.h"
#include "model/timeline/timeline.h"

namespace memline::model {

struct TimelineRequest {
  std::optional<double> from, to;                 ///< the window, in seconds since the start; default: all of it
  std::vector<std::string> functions;             ///< --func: whose calls are shown
  bool heap = true, rss = true, resident = true;  ///< which curves
  bool spans = true;
  bool fit = false;            ///< a least-squares line through the first curve
  std::size_t buckets = 2048;  ///< of time, to which the heap curve is reduced
};

/// One replay. Errors kNothing: a window without any time in it, a function that does not exist.
Result<Timeline> build_timeline(Profile& profile, const TimelineRequest& request);

}  // namespace memline::model
