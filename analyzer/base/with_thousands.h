/// \file with_thousands(): a whole number with a comma between each three digits, as Python's "{:,}" prints it. Pure.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace memline {

/// 8823.7 -> "8,823"; of a damaged trace also what no integer holds.
inline std::string with_thousands(double number) {
  std::string digits = fmt::format("{:.0f}", std::floor(number));
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

}  // namespace memline
