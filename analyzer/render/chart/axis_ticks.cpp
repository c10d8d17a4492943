#include "render/chart/axis_ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "render/units.h"

namespace memline::render {
namespace {

using views::AxisScale;
using views::ChartAxis;
using views::Quantity;

struct TickUnit {
  double size = 1;
  std::string_view name;
  std::span<const double> steps;  ///< the round ones; empty: 1, 2 and 5 times any power of 10
};

constexpr std::array kSixtieths = {0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0};
constexpr std::array kTwentyFourths = {0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0};
constexpr double kMinute = 60, kHour = 3600, kDay = 86400;
/// Of a unit there are at least so many before a larger one is used.
constexpr double kLeastOfLongUnit = 3;

constexpr std::array kTimeUnits = {TickUnit{1e-6, "\u00b5s", {}},
                                   TickUnit{1e-3, "ms", {}},
                                   TickUnit{1, "s", {}},
                                   TickUnit{kMinute, "min", kSixtieths},
                                   TickUnit{kHour, "h", kTwentyFourths},
                                   TickUnit{kDay, "d", {}}};
constexpr std::array<std::string_view, 7> kByteUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

TickUnit byte_unit(double largest) {
  std::size_t power = 0;
  while (power + 1 < kByteUnits.size() && largest >= std::ldexp(1, 10 * static_cast<int>(power + 1))) ++power;
  return {std::ldexp(1, 10 * static_cast<int>(power)), kByteUnits[power], {}};
}

TickUnit time_unit(double largest, double step) {
  std::size_t unit = 0;
  while (unit + 1 < kTimeUnits.size()) {
    const TickUnit& next = kTimeUnits[unit + 1];
    const double least = next.size > 1 ? kLeastOfLongUnit * next.size : next.size;
    // a closer look at a late moment needs the smaller unit all the same
    if (largest < least || (next.size > 1 && step < next.size / 2)) break;
    ++unit;
  }
  return kTimeUnits[unit];
}

/// The least round step that is not below `step`.
double round_step(double step, const TickUnit& unit) {
  for (const double round : unit.steps) {
    if (step <= round) return round;
  }
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (step <= digit * power * (1 + 1e-9)) return digit * power;
  }
  return 10 * power;
}

std::vector<Tick> linear_ticks(const ChartAxis& axis, std::size_t most) {
  const double largest = std::max(std::abs(axis.low), std::abs(axis.high));
  const double least_step = (axis.high - axis.low) / static_cast<double>(std::max<std::size_t>(most, 1));
  const TickUnit unit = axis.quantity == Quantity::kBytes     ? byte_unit(largest)
                        : axis.quantity == Quantity::kSeconds ? time_unit(largest, least_step)
                                                              : TickUnit{};
  double step = round_step(least_step / unit.size, unit);
  const bool whole = axis.quantity == Quantity::kCount || unit.name == "B";
  if (whole) step = std::max(step, 1.0);
  // half a unit has one digit behind the point, as a tenth has
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  std::vector<Tick> ticks;
  const double first = std::ceil(axis.low / unit.size / step - 1e-9);
  for (double i = first; i * step * unit.size <= axis.high + 1e-9 * step * unit.size; ++i) {
    const double value = i * step;
    std::string label = i == 0 ? "0" : fmt::format("{:.{}f}", value, decimals);
    if (i != 0 && !unit.name.empty()) label += fmt::format(" {}", unit.name);
    ticks.push_back({value * unit.size, std::move(label)});
  }
  return ticks;
}

std::string power_label(Quantity quantity, double value) {
  if (quantity == Quantity::kCount) {
    const double exponent = std::round(std::log10(value));
    return exponent < 4 ? fmt::format("{:.0f}", value) : fmt::format("1e{:.0f}", exponent);
  }
  if (quantity == Quantity::kBytes) {
    const TickUnit unit = byte_unit(value);
    return fmt::format("{:g} {}", value / unit.size, unit.name);
  }
  const TickUnit unit = time_unit(value, value);
  return fmt::format("{:g} {}", std::round(value / unit.size * 100) / 100, unit.name);
}

std::vector<Tick> logarithmic_ticks(const ChartAxis& axis, std::size_t most) {
  const double base = axis.quantity == Quantity::kBytes ? 2 : 10;
  const double scale = std::log(base);
  const double low = std::log(axis.low) / scale, high = std::log(axis.high) / scale;
  const double step = std::max(1.0, std::ceil((high - low) / static_cast<double>(std::max<std::size_t>(most, 1))));
  std::vector<Tick> ticks;
  for (double power = std::ceil(low / step - 1e-9) * step; power <= high + 1e-9; power += step) {
    const double value = std::pow(base, power);
    ticks.push_back({value, power_label(axis.quantity, value)});
  }
  return ticks;
}

std::string format_time(double seconds) {
  const double magnitude = std::abs(seconds);
  if (magnitude == 0) return "0 s";
  if (magnitude < kLeastOfLongUnit * kMinute) {
    const TickUnit unit = time_unit(magnitude, magnitude);
    const double value = seconds / unit.size;
    return fmt::format("{:.{}f} {}", value, std::abs(value) < 10 ? 2 : std::abs(value) < 100 ? 1 : 0, unit.name);
  }
  const auto parts = [&](double large, std::string_view large_name, double small, std::string_view small_name) {
    const double count = std::round(seconds / small);
    const double whole = std::trunc(count / (large / small));
    return fmt::format("{:.0f} {} {:.0f} {}", whole, large_name, count - whole * (large / small), small_name);
  };
  if (magnitude < kLeastOfLongUnit * kHour) return parts(kMinute, "min", 1, "s");
  if (magnitude < kLeastOfLongUnit * kDay) return parts(kHour, "h", kMinute, "min");
  return parts(kDay, "d", kHour, "h");
}

}  // namespace

std::vector<Tick> make_ticks(const ChartAxis& axis, std::size_t most) {
  std::vector<Tick> ticks =
      axis.scale == AxisScale::kLogarithmic ? logarithmic_ticks(axis, most) : linear_ticks(axis, most);
  if (ticks.empty()) ticks.push_back({axis.low, format_quantity(axis.quantity, axis.low)});
  return ticks;
}

std::string format_quantity(Quantity quantity, double value) {
  if (!std::isfinite(value)) return "?";
  if (quantity == Quantity::kSeconds) return format_time(value);
  constexpr double kMost = 9e18;  // below 2^63
  const auto whole = static_cast<std::int64_t>(std::llround(std::clamp(value, -kMost, kMost)));
  return quantity == Quantity::kBytes ? format_bytes(whole, {}) : fmt::format("{}", whole);
}

std::string format_value(const views::ChartValue& value) {
  return value.before + format_quantity(value.quantity, value.number) + value.after;
}

ChartAxis drawable(ChartAxis axis, double headroom) {
  if (axis.scale == AxisScale::kLogarithmic) {
    if (!(axis.high > 0)) axis.high = 1;
    if (!(axis.low > 0) || axis.low > axis.high) axis.low = axis.high;
    const double extent = std::max(std::log(axis.high / axis.low), std::log(2.0));
    axis.high *= std::exp(extent * headroom);
    axis.low /= std::exp(extent * headroom);
    return axis;
  }
  const double extent = axis.high - axis.low;
  if (!(extent > 0)) {
    axis.high = axis.low + (axis.quantity == Quantity::kSeconds ? 1e-3 : 1);
  } else {
    axis.high += extent * headroom;
  }
  return axis;
}

double position_on(const ChartAxis& axis, double value) {
  if (axis.scale == AxisScale::kLogarithmic) {
    return value > 0 ? std::log(value / axis.low) / std::log(axis.high / axis.low) : 0;
  }
  return (value - axis.low) / (axis.high - axis.low);
}

}  // namespace memline::render
