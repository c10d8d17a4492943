/// \file RssSeries: samples of the resident set, thinned to a bounded number: of each slice of time the greatest is
/// kept, and slices double in width when there are too many. Samples may come in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "replay/recording.h"

namespace memline::replay {

inline constexpr std::size_t kMostRssSamples = 4096;

class RssSeries {
 public:
  void add(const RssSample& sample);
  /// In time order.
  std::vector<RssSample> take();

 private:
  unsigned slice_shift_ = 0;  ///< a slice is 2^slice_shift_ ticks wide
  std::map<std::uint64_t, RssSample> slices_;
};

}  // namespace memline::replay
