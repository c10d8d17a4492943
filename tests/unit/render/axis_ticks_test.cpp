#include "render/chart/axis_ticks.h"

#include <cmath>

#include "support/catch.h"

using namespace memline::views;
using namespace memline::render;

namespace {

constexpr double kKi = 1024, kMi = kKi * 1024, kGi = kMi * 1024;

std::vector<std::string> labels(Quantity quantity, double low, double high, std::size_t most,
                                AxisScale scale = AxisScale::kLinear) {
  std::vector<std::string> texts;
  for (const Tick& tick : make_ticks({"", quantity, scale, low, high}, most)) texts.push_back(tick.label);
  return texts;
}

using Labels = std::vector<std::string>;

TEST_CASE("bytes have ticks of 1, 2 or 5 in the unit of the largest value") {
  CHECK(labels(Quantity::kBytes, 0, 332 * kMi, 5) == Labels{"0", "100 MiB", "200 MiB", "300 MiB"});
  CHECK(labels(Quantity::kBytes, 0, 1.3 * kGi, 7) ==
        Labels{"0", "0.2 GiB", "0.4 GiB", "0.6 GiB", "0.8 GiB", "1.0 GiB", "1.2 GiB"});
  CHECK(labels(Quantity::kBytes, 0, 2 * kKi, 4) == Labels{"0", "0.5 KiB", "1.0 KiB", "1.5 KiB", "2.0 KiB"});
  CHECK(labels(Quantity::kBytes, 0, 3, 7) == Labels{"0", "1 B", "2 B", "3 B"});
}

TEST_CASE("times have ticks in the unit that fits, minutes and hours as a clock divides them") {
  CHECK(labels(Quantity::kSeconds, 0, 0.4, 4) == Labels{"0", "100 ms", "200 ms", "300 ms", "400 ms"});
  CHECK(labels(Quantity::kSeconds, 0, 2.5, 6) == Labels{"0", "0.5 s", "1.0 s", "1.5 s", "2.0 s", "2.5 s"});
  CHECK(labels(Quantity::kSeconds, 0, 3600, 4) == Labels{"0", "15 min", "30 min", "45 min", "60 min"});
  CHECK(labels(Quantity::kSeconds, 0, 86400, 4) == Labels{"0", "6 h", "12 h", "18 h", "24 h"});
  CHECK(labels(Quantity::kSeconds, 0, 0.00002, 2) == Labels{"0", "10 \u00b5s", "20 \u00b5s"});
  // a second in the middle of an hour
  CHECK(labels(Quantity::kSeconds, 3600, 3601, 2) == Labels{"3600.0 s", "3600.5 s", "3601.0 s"});
}

TEST_CASE("logarithmic axes have powers") {
  CHECK(labels(Quantity::kCount, 1000, 1e6, 8, AxisScale::kLogarithmic) == Labels{"1000", "1e4", "1e5", "1e6"});
  CHECK(labels(Quantity::kBytes, 512, 1024 * kMi, 3, AxisScale::kLogarithmic) == Labels{"16 KiB", "2 MiB", "256 MiB"});
  CHECK(labels(Quantity::kCount, 1, 1e12, 4, AxisScale::kLogarithmic) == Labels{"1", "1000", "1e6", "1e9", "1e12"});
}

TEST_CASE("there is a tick, and never too many, whatever the range") {
  for (const Quantity quantity : {Quantity::kBytes, Quantity::kSeconds, Quantity::kCount}) {
    for (double high = 1e-9; high < 1e18; high *= 3.7) {
      for (const double low : {0.0, high / 2, high * 0.999}) {
        const ChartAxis axis = drawable({"", quantity, AxisScale::kLinear, low, high}, 0.1);
        const std::vector<Tick> ticks = make_ticks(axis, 6);
        INFO(low << " to " << high);
        CHECK(!ticks.empty());
        CHECK(ticks.size() <= 8);
        for (std::size_t i = 1; i < ticks.size(); ++i) {
          CHECK(ticks[i].value > ticks[i - 1].value);
          CHECK(ticks[i].label != ticks[i - 1].label);
        }
      }
    }
  }
}

TEST_CASE("numbers read for people") {
  CHECK(format_quantity(Quantity::kBytes, 64 * kMi) == "64.00 MiB");
  CHECK(format_quantity(Quantity::kBytes, -79 * kMi) == "-79.00 MiB");
  CHECK(format_quantity(Quantity::kSeconds, 0.0712) == "71.2 ms");
  CHECK(format_quantity(Quantity::kSeconds, 12.34) == "12.3 s");
  CHECK(format_quantity(Quantity::kSeconds, 245.4) == "4 min 5 s");
  CHECK(format_quantity(Quantity::kSeconds, 3.5 * 3600) == "3 h 30 min");
  CHECK(format_quantity(Quantity::kSeconds, 4 * 86400) == "4 d 0 h");
  CHECK(format_quantity(Quantity::kCount, 1000) == "1000");
  CHECK(format_quantity(Quantity::kBytes, std::nan("")) == "?");
  CHECK(format_value({"peak ", Quantity::kBytes, 2048, ""}) == "peak 2.000 KiB");
}

TEST_CASE("an axis without extent is drawn all the same") {
  const ChartAxis time = drawable({"", Quantity::kSeconds, AxisScale::kLinear, 5, 5}, 0);
  CHECK(time.high > time.low);
  CHECK(position_on(time, 5) == 0);
  const ChartAxis counts = drawable({"", Quantity::kCount, AxisScale::kLogarithmic, 0, 0}, 0.1);
  CHECK(counts.low > 0);
  CHECK(counts.high > counts.low);
  CHECK(position_on(drawable({"", Quantity::kCount, AxisScale::kLogarithmic, 10, 1000}, 0), 100) > 0.49);
}

}  // namespace
