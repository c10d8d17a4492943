/// \file Statistics: what a few measurements of one thing have in common.
#pragma once

#include <cstddef>
#include <span>

namespace memline {

/// All 0 where there is no value.
struct Statistics {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< standard deviation of these values themselves (population), as IPython's %timeit has it
  double least = 0, most = 0;
};

Statistics summarize(std::span<const double> values);

}  // namespace memline
