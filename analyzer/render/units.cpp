#include "render/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace memline::render {
namespace {

constexpr std::array<std::string_view, 7> kUnitNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

/// Digits after the point that make 4 significant ones of a value from 0 to 1024.
int auto_decimals(double magnitude) {
  if (magnitude < 9.9995) return 3;
  if (magnitude < 99.995) return 2;
  if (magnitude < 999.95) return 1;
  return 0;
}

std::string format_auto(std::int64_t bytes) {
  if (bytes > -1024 && bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 1023.5 would round to 1024, which is 1.000 of the next unit
  while (std::abs(value) >= 1023.5 && unit + 1 < kUnitNames.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, auto_decimals(std::abs(value)), kUnitNames[unit]);
}

}  // namespace

std::optional<Unit> unit_from_name(std::string_view name) {
  if (name == "auto") return Unit::kAuto;
  if (name == "B") return Unit::kB;
  if (name == "KiB") return Unit::kKiB;
  if (name == "MiB") return Unit::kMiB;
  if (name == "GiB") return Unit::kGiB;
  return std::nullopt;
}

std::string format_bytes(std::int64_t bytes, const ByteFormat& format) {
  if (format.unit == Unit::kAuto) return format_auto(bytes);
  if (format.unit == Unit::kB) return fmt::format("{} B", bytes);
  const auto power = static_cast<unsigned>(format.unit) - static_cast<unsigned>(Unit::kB);
  const double scaled = std::ldexp(static_cast<double>(bytes), -10 * static_cast<int>(power));
  std::string text = fmt::format("{:.{}f}", scaled, format.precision);
  // "-0.000" says less than "0.000"
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text + ' ' + std::string(kUnitNames[power]);
}

std::string format_seconds(double seconds) {
  const double magnitude = std::abs(seconds);
  if (magnitude == 0) return "0 s";
  if (!std::isfinite(seconds)) return "?";
  int decimals = 3 - static_cast<int>(std::floor(std::log10(magnitude)));
  if (decimals < 0) decimals = 0;
  if (decimals > 9) decimals = 9;
  return fmt::format("{:.{}f} s", seconds, decimals);
}

std::string format_percent(double percent) {
  return fmt::format("{:.0f}", percent);
}

}  // namespace memline::render
