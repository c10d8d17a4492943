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
  Clock::Turn own{};
  clock.start_alone(own);
  const std::uint64_t first = clock.of_heap_event(0, &own);
  REQUIRE(first > 0);
  CHECK(clock.of_heap_event(100, &own) == first);
  wait_for_ticks(clock, kTenMilliseconds);
  const std::uint64_t now = clock.now();
  // the kernel's clock is asked for one event in eight
  std::uint64_t stamp = clock.of_heap_event(0, &own);
  for (int i = 0; clock.is_kernel_clock() && i < 8; ++i) stamp = clock.of_heap_event(0, &own);
  CHECK(stamp >= now);
  CHECK(clock.of_heap_event(100, &own) == stamp);
}

TEST_CASE("events behind a mark are later than it, however seldom the clock is read", "[clock]") {
  Clock clock;
  clock.choose();
  Clock::Turn own{};
  clock.start_alone(own);
  clock.of_heap_event(0, &own);
  const std::uint64_t mark = clock.now();
  clock.pass(mark, &own);
  for (int i = 0; i < 20; ++i) CHECK(clock.of_heap_event(1, &own) > mark);
}

TEST_CASE("a large block is stamped exactly", "[clock]") {
  Clock clock;
  clock.choose();
  Clock::Turn own{};
  clock.start_alone(own);
  clock.of_heap_event(0, &own);
  wait_for_ticks(clock, kTenMilliseconds);
  std::uint64_t now = clock.now();
  CHECK(clock.of_heap_event(std::uint64_t{1} << 20, &own) >= now);
  CHECK(clock.of_heap_event(1, &own) >= now);
  wait_for_ticks(clock, kTenMilliseconds);
  now = clock.now();
  CHECK(clock.of_heap_event(std::uint64_t{1} << 20, &own) >= now);
  CHECK(clock.of_heap_event(0, &own) >= now);
}

TEST_CASE("with a second thread every event reads the clock, and so again in a forked child's first", "[clock]") {
  Clock clock;
  clock.choose();
  Clock::Turn own{};
  clock.start_alone(own);
  clock.of_heap_event(0, &own);
  clock.end_turn();
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t now = clock.now();
    CHECK(clock.of_heap_event(0, &own) >= now);
    CHECK(clock.of_heap_event(1, &own) >= now);
  }
  clock.start_alone(own);
  const std::uint64_t stamp = clock.of_heap_event(0, &own);
  CHECK(clock.of_heap_event(0, &own) == stamp);
}

TEST_CASE("beside other lanes, one that has its turn shares stamps until another writes", "[clock]") {
  Clock clock;
  clock.choose();
  if (clock.is_kernel_clock()) return;
  Clock::Turn own{};
  Clock::Turn other{};
  clock.start_alone(own);
  clock.end_turn();
  const auto is_exact = [&] {
    const std::uint64_t now = clock.now();
    return clock.of_heap_event(0, &own) >= now;
  };
  clock.begin_block(own, false);
  clock.begin_block(own, false);
  CHECK(is_exact());
  clock.begin_block(own, true);  // taken
  CHECK(is_exact());
  const std::uint64_t before = clock.now();
  clock.begin_block(own, true);  // in use
  const std::uint64_t stamp = clock.of_heap_event(0, &own);
  CHECK(stamp >= before);
  CHECK(clock.of_heap_event(100, &own) == stamp);
  // Whoever else has an event gets a moment of its own, and what the one with the turn writes itself does not end it.
  CHECK(clock.of_heap_event(0, &other) > stamp);
  CHECK(clock.of_heap_event(0, nullptr) > stamp);
  clock.end_other_turn(own);
  CHECK(clock.of_heap_event(100, &own) == stamp);
  const std::uint64_t mark = clock.now();
  clock.pass(mark, &own);
  CHECK(clock.of_heap_event(0, &own) == mark + 1);
  wait_for_ticks(clock, kTenMilliseconds);
  CHECK(is_exact());
  clock.end_other_turn(other);
  for (int i = 0; i < 20; ++i) CHECK(is_exact());
  clock.begin_block(own, true);
  CHECK(is_exact());
}

TEST_CASE("nobody has a turn where every event is to tell its time", "[clock]") {
  Clock clock;
  clock.choose();
  Clock::Turn own{};
  clock.be_exact();
  for (int i = 0; i < 20; ++i) {
    clock.begin_block(own, true);
    const std::uint64_t now = clock.now();
    CHECK(clock.of_heap_event(0, &own) >= now);
  }
}
