/// \file build_peak(): the highest live bytes of a recording, or of calls of functions in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/common_info.h"
#include "model/profile.h"

namespace memline::model {

struct FunctionPeak {
  std::string name;
  std::int64_t live_bytes = 0;  ///< of the process, at its highest during the calls
  std::uint64_t calls = 0;      ///< as far as events show them (call_tracker.h)
};

struct PeakModel {
  CommonInfo common;
  std::int64_t live_bytes = 0;             ///< exact
  double seconds = 0;                      ///< when that was first reached
  std::optional<std::uint64_t> rss_bytes;  ///< the highest sample
  std::vector<FunctionPeak> functions;     ///< that have calls
};

/// Error kNothing: no function of such a name has any event.
Result<PeakModel> build_peak(Profile& profile, const std::vector<std::string>& functions);

}  // namespace memline::model
