#include "base/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace memline {

Statistics summarize(std::span<const double> values) {
  Statistics result;
  if (values.empty()) return result;
  const auto count = static_cast<double>(values.size());
  result.count = values.size();
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / count);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  result.least = *least;
  result.most = *most;
  return result;
}

}  // namespace memline
