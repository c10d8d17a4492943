#include "base/short_time.h"

#include "support/catch.h"

using memline::short_time;

TEST_CASE("a short time has three digits and the unit that fits") {
  CHECK(short_time(0) == "0 ns");
  CHECK(short_time(1.2345) == "1.23 s");
  CHECK(short_time(0.0123456) == "12.3 ms");
  CHECK(short_time(0.5) == "500 ms");
  CHECK(short_time(45e-6) == "45 µs");
  CHECK(short_time(1.5e-9) == "1.5 ns");
  CHECK(short_time(-0.002) == "-2 ms");
}

TEST_CASE("a short time that rounds up to the next unit is shown in that") {
  CHECK(short_time(0.99949) == "999 ms");
  CHECK(short_time(0.9996) == "1 s");
  CHECK(short_time(999.96e-6) == "1 ms");
  CHECK(short_time(59.94) == "59.9 s");
  CHECK(short_time(59.96) == "1min");
}

TEST_CASE("a short time of minutes and more") {
  CHECK(short_time(83) == "1min 23s");
  CHECK(short_time(7260) == "2h 1min");
  CHECK(short_time(90061) == "1d 1h 1min 1s");
  CHECK(short_time(1e300) == "?");
}
