#include "render/units.h"

#include <cstdint>
#include <limits>

#include "support/catch.h"

using namespace memline::render;

namespace {
constexpr std::int64_t kKi = 1024, kMi = kKi * 1024, kGi = kMi * 1024, kTi = kGi * 1024;

std::string automatic(std::int64_t bytes) {
  return format_bytes(bytes, {});
}
}  // namespace

TEST_CASE("auto: bytes below 1 KiB are whole") {
  CHECK(automatic(0) == "0 B");
  CHECK(automatic(1) == "1 B");
  CHECK(automatic(-7) == "-7 B");
  CHECK(automatic(1023) == "1023 B");
  CHECK(automatic(-1023) == "-1023 B");
}

TEST_CASE("auto: four significant digits in the unit that fits") {
  CHECK(automatic(kKi) == "1.000 KiB");
  CHECK(automatic(-12 * kKi - 512) == "-12.50 KiB");
  CHECK(automatic(100 * kKi) == "100.0 KiB");
  CHECK(automatic(1000 * kKi) == "1000 KiB");
  CHECK(automatic(1234 * kMi / 1000) == "1.234 MiB");
  CHECK(automatic(kGi) == "1.000 GiB");
  CHECK(automatic(100 * kTi) == "100.0 TiB");
  CHECK(automatic(std::numeric_limits<std::int64_t>::max()) == "8.000 EiB");
  CHECK(automatic(std::numeric_limits<std::int64_t>::min()) == "-8.000 EiB");
}

TEST_CASE("auto: rounding never makes 1024 or a fifth digit") {
  CHECK(automatic(kMi - 1) == "1.000 MiB");
  CHECK(automatic(kMi - kKi) == "1023 KiB");
  CHECK(automatic(10 * kKi - 1) == "9.999 KiB");   // 9.99902
  CHECK(automatic(10 * kMi - 1) == "10.00 MiB");   // 9.999999
  CHECK(automatic(100 * kMi - 1) == "100.0 MiB");  // 99.999999
  CHECK(automatic(1000 * kMi - 1) == "1000 MiB");
}

TEST_CASE("a fixed unit has a fixed number of digits") {
  CHECK(format_bytes(1536, {Unit::kKiB, 3}) == "1.500 KiB");
  CHECK(format_bytes(1536, {Unit::kKiB, 0}) == "2 KiB");
  CHECK(format_bytes(1536, {Unit::kB, 3}) == "1536 B");
  CHECK(format_bytes(100 * kTi, {Unit::kMiB, 1}) == "104857600.0 MiB");
  CHECK(format_bytes(-kGi / 2, {Unit::kGiB, 2}) == "-0.50 GiB");
  CHECK(format_bytes(-1, {Unit::kGiB, 3}) == "0.000 GiB");
}

TEST_CASE("unit names") {
  CHECK(unit_from_name("auto") == Unit::kAuto);
  CHECK(unit_from_name("MiB") == Unit::kMiB);
  CHECK_FALSE(unit_from_name("MB"));
  CHECK_FALSE(unit_from_name(""));
}

TEST_CASE("seconds keep four digits and one unit") {
  CHECK(format_seconds(0) == "0 s");
  CHECK(format_seconds(12.3456) == "12.35 s");
  CHECK(format_seconds(0.00123456) == "0.001235 s");
  CHECK(format_seconds(86400) == "86400 s");
  CHECK(format_seconds(std::numeric_limits<double>::infinity()) == "?");
}

TEST_CASE("percent") {
  CHECK(format_percent(100) == "100");
  CHECK(format_percent(0.4) == "0");
  CHECK(format_percent(99.6) == "100");
}
