#include "clock.h"

#include "support/catch.h"

using namespace memline::capture;

namespace {

void wait_for_ticks(const Clock& clock, std::uint64_t ticks) {
  const std::uint64_t end = clock.now() + ticks;
  while (clock.now() < end) {
  }
}

constexpr std::uint64_t kTenMilliseconds = std::uint64_t{10}
                                           << 17;  // a tick is at least 4 ns, 2^17 are at least 0.5 ms

}  // namespace

TEST_CASE("events of a lone thread share a stamp, which is never far behind", "[clock]") {
  Clock clock;
  clock.choose();
  clock.start_alone();
  const std::uint64_t first = clock.of_heap_event(0);
  REQUIRE(first > 0);
  CHECK(clock.of_heap_event(100) == first);
  wait_for_ticks(clock, kTenMilliseconds);
  const std::uint64_t now = clock.now();
  // the kernel's clock is asked for one event in eight
  std::uint64_t stamp = clock.of_heap_event(0);
  for (int i = 0; clock.is_kernel_clock() && i < 8; ++i) stamp = clock.of_heap_event(0);
  CHECK(stamp >= now);
  CHECK(clock.of_heap_event(100) == stamp);
}

TEST_CASE("events behind a mark are later than it, however seldom the clock is read", "[clock]") {
  Clock clock;
  clock.choose();
  clock.start_alone();
  clock.of_heap_event(0);
  const std::uint64_t mark = clock.now();
  clock.pass(mark);
  for (int i = 0; i < 20; ++i) CHECK(clock.of_heap_event(1) > mark);
}

TEST_CASE("a large block is stamped exactly", "[clock]") {
  Clock clock;
  clock.choose();
  clock.start_alone();
  clock.of_heap_event(0);
  wait_for_ticks(clock, kTenMilliseconds);
  std::uint64_t now = clock.now();
  CHECK(clock.of_heap_event(std::uint64_t{1} << 20) >= now);
  CHECK(clock.of_heap_event(1) >= now);
  wait_for_ticks(clock, kTenMilliseconds);
  now = clock.now();
  CHECK(clock.of_heap_event(std::uint64_t{1} << 20) >= now);
  CHECK(clock.of_heap_event(0) >= now);
}

TEST_CASE("with a second thread every event reads the clock, and so again in a forked child's first", "[clock]") {
  Clock clock;
  clock.choose();
  clock.start_alone();
  clock.of_heap_event(0);
  clock.share();
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t now = clock.now();
    CHECK(clock.of_heap_event(0) >= now);
    CHECK(clock.of_heap_event(1) >= now);
  }
  clock.start_alone();
  const std::uint64_t stamp = clock.of_heap_event(0);
  CHECK(clock.of_heap_event(0) == stamp);
}
