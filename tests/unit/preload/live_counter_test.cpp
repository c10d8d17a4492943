#include "live_counter.h"

#include <memory>

#include "support/catch.h"
#include "sys.h"

using memline::capture::LiveCounter;
using memline::capture::Measured;
using memline::capture::UsageSamples;

namespace sys = memline::capture::sys;

TEST_CASE("measurements nest and overlap") {
  const auto counter = std::make_unique<LiveCounter>();
  CHECK_FALSE(counter->is_on());
  const auto outer = counter->begin();
  CHECK(counter->is_on());
  counter->acquired(100);
  const auto inner = counter->begin();
  counter->acquired(40);
  counter->released(120);
  const Measured first = counter->end(outer);
  CHECK(first.delta == 20);
  CHECK(first.peak_above_end == 120);
  CHECK(first.live == 20);
  counter->moved(10, 30);
  counter->moved(30, 5);
  const Measured second = counter->end(inner);
  CHECK(second.delta == 15 - 100);
  CHECK(second.peak_above_end == 140 - 15);
  CHECK(counter->end(inner).live == 0);
  CHECK(counter->end(0).live == 0);
}

TEST_CASE("so many measurements at a time, and others when they have ended") {
  const auto counter = std::make_unique<LiveCounter>();
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < LiveCounter::kMeasurements; ++i) last = counter->begin();
  CHECK(last != 0);
  CHECK(counter->begin() == 0);
  counter->end(last);
  const auto next = counter->begin();
  CHECK(next != 0);
  CHECK(next != last);
}

TEST_CASE("a long series of samples is thinned, and keeps its order and its ends") {
  const auto samples = std::make_unique<UsageSamples>();
  REQUIRE(samples->begin(1000, 7));
  CHECK_FALSE(samples->begin(1000, 7));
  // ten times as many intervals as there is room for
  const std::uint64_t begin = sys::monotonic_ns();
  while (sys::monotonic_ns() - begin < 10 * UsageSamples::kMost * 1000) samples->before_change(8);
  const std::size_t count = samples->end(9);
  CHECK(count <= UsageSamples::kMost);
  CHECK(count >= UsageSamples::kMost / 4);
  CHECK((*samples)[0].nanoseconds == 0);
  CHECK((*samples)[0].bytes == 7);
  CHECK((*samples)[1].bytes == 8);
  CHECK((*samples)[count - 1].bytes == 9);  // and whatever fell into the time that this thread waited before the end
  for (std::size_t i = 1; i < count; ++i) {
    REQUIRE((*samples)[i].nanoseconds >= (*samples)[i - 1].nanoseconds);
    REQUIRE((*samples)[i].bytes >= (*samples)[i - 1].bytes);
  }
  CHECK_FALSE(samples->begin(1000, 7));
  samples->release();
  CHECK(samples->begin(1000, 7));
}
