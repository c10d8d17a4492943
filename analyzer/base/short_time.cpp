#include "base/short_time.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace memline {
namespace {

/// "1d 2h 3min 4s" from a minute on.
std::string long_time(double seconds) {
  constexpr std::array<std::pair<std::string_view, long long>, 4> kUnits = {
      {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}};
  long long left = std::llround(seconds);
  std::string text;
  for (const auto& [unit, length] : kUnits) {
    const long long count = left / length;
    left %= length;
    if (count > 0) text += fmt::format("{}{}{}", text.empty() ? "" : " ", count, unit);
  }
  return text;
}

}  // namespace

std::string short_time(double seconds) {
  constexpr double kMinute = 59.95, kMost = 1e15;
  if (!std::isfinite(seconds) || std::abs(seconds) > kMost) return "?";
  if (seconds >= kMinute) return long_time(seconds);
  constexpr std::array<std::string_view, 4> kUnits = {"s", "ms", "µs", "ns"};
  constexpr double kNextUnit = 1000, kRoundsUp = 0.9995;
  std::size_t unit = 0;
  double value = seconds;
  while (unit + 1 < kUnits.size() && std::abs(value) < kRoundsUp) {
    value *= kNextUnit;
    ++unit;
  }
  // two digits are enough to tell that it is next to nothing
  if (std::abs(value) < 0.0005) return "0 ns";
  return fmt::format("{:.3g} {}", value, kUnits[unit]);
}

}  // namespace memline
