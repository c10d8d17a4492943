/// \file The units in which people give a time, in seconds; without one it is in seconds.
#pragma once

#include <string_view>
#include <utility>

namespace memline {

inline constexpr std::pair<std::string_view, double> kTimeUnits[] = {
    {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600}};

}  // namespace memline
