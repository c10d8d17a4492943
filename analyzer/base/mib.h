/// \file to_mib(): bytes in MiB, for the sentences that are always in that unit. Pure.
#pragma once

#include <cmath>
#include <cstdint>

namespace memline {

/// Never -0.0, nor a negative number that two digits would show as "-0.00".
inline double to_mib(double bytes) {
  constexpr double kBytes = 1 << 20, kLeastShown = 0.00005;
  const double mib = bytes / kBytes;
  return std::abs(mib) < kLeastShown ? 0.0 : mib;
}
inline double to_mib(std::int64_t bytes) {
  return to_mib(static_cast<double>(bytes));
}

}  // namespace memline
