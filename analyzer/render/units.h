/// \file Units: how a number of bytes, seconds or percent reads for people. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace memline::render {

enum class Unit : std::uint8_t { kAuto, kB, kKiB, kMiB, kGiB };

/// The unit that `--unit NAME` names; nullopt for any other name.
std::optional<Unit> unit_from_name(std::string_view name);

/// How bytes are written. `precision` counts the digits after the point of a fixed unit; kAuto always gives 4
/// significant digits, and bytes below 1 KiB are whole in every case.
struct ByteFormat {
  Unit unit = Unit::kAuto;
  int precision = 3;
};

/// "1.234 MiB", "0 B", "-12.50 KiB". Rounds to nearest; never "1024 KiB".
std::string format_bytes(std::int64_t bytes, const ByteFormat& format);

/// "12.34 s", "0.001234 s": 4 significant digits, in seconds throughout so that a column of them compares by eye.
std::string format_seconds(double seconds);

/// "12": whole percent; the title of the column says what it is.
std::string format_percent(double percent);

}  // namespace memline::render
