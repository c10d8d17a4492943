// Batches come in order and once each, with and without a thread; and two threads replay what one does.
#include "replay/read_ahead.h"

#include <sys/mman.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <vector>

#include "replay/replayer.h"
#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using replay::ReadAhead;
using replay::Replayer;

/// Numbers the batches 1, 2, ... and says so of the last.
std::function<bool(int&)> counting_to(int last) {
  return [made = 0, last](int& batch) mutable {
    batch = ++made;
    return made < last;
  };
}

TEST_CASE("every batch is handed out once, in order", "[read-ahead]") {
  for (const bool own_thread : {false, true}) {
    for (const int last : {1, 2, 3, 4, 5, 1000}) {
      CAPTURE(own_thread, last);
      ReadAhead<int> batches(counting_to(last), own_thread);
      int expected = 0;
      while (const int* batch = batches.next()) CHECK(*batch == ++expected);
      CHECK(expected == last);
      CHECK(batches.next() == nullptr);
    }
  }
}

TEST_CASE("a reader may stop early", "[read-ahead]") {
  for (const bool own_thread : {false, true}) {
    ReadAhead<int> batches(counting_to(1000), own_thread);
    CHECK(*batches.next() == 1);
  }
  ReadAhead<int> never_asked(counting_to(1000), true);
}

TEST_CASE("no more than a few batches are filled ahead", "[read-ahead]") {
  std::atomic<int> made = 0;
  ReadAhead<int> batches([&](int& /*batch*/) { return ++made < 1000; }, true);
  for (int taken = 1; taken <= 100; ++taken) {
    batches.next();
    CHECK(made <= taken + 3);
  }
}

TEST_CASE("what the filling throws comes out where the batch is asked for", "[read-ahead]") {
  for (const bool own_thread : {false, true}) {
    CAPTURE(own_thread);
    ReadAhead<int> batches(
        [made = 0](int& batch) mutable -> bool {
          if (made == 2) throw std::runtime_error("no third");
          batch = ++made;
          return true;
        },
        own_thread);
    CHECK(*batches.next() == 1);
    CHECK(*batches.next() == 2);
    CHECK_THROWS_AS(batches.next(), std::runtime_error);
  }
}

/// Enough events for several batches, on two lanes, with blocks of all sorts.
testing::Script many_events() {
  testing::Script script;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t address = 0x10000 + (i % 777) * 0x100;
    const auto lane = static_cast<std::uint32_t>(i % 2);
    if (i >= 777) script.free(lane, address, lane == 0 ? script.b : script.e);
    script.malloc(lane, address, i % 300, lane == 0 ? script.a : script.d);
    if (i % 5 == 0) script.realloc(lane, address, address, i % 900, lane == 0 ? script.c : script.e);
    if (i % 1000 == 0) {
      const std::uint64_t page = 0x7f0000000000 + (i % 3000) * 0x1000;
      script.trace.add(lane, trace::Map{++script.time, page, 0x4000, PROT_READ, MAP_PRIVATE | MAP_FIXED,
                                        trace::MapKind::kPrivateAnonymous, lane == 0 ? script.a : script.d});
      script.trace.add(lane, trace::Unmap{++script.time, page + 0x1000, 0x1000, lane == 0 ? script.a : script.d});
    }
  }
  return script;
}

TEST_CASE("two threads replay what one does", "[read-ahead]") {
  const testing::Script script = many_events();
  const replay::Recording recording = script.trace.scan();
  for (const replay::StopPoint& stop : {replay::StopPoint{}, replay::StopPoint{.event = 30000, .ticks = {}},
                                        replay::StopPoint{.event = {}, .ticks = 9}}) {
    struct {
      testing::Keeper seen;
      replay::Outcome outcome;
    } by_one, by_two;
    const auto run = [&](auto& result, Replayer::Threads threads) {
      Replayer replayer(*recording.file, recording.images[0], nullptr, {}, stop, &result.seen, threads);
      result.outcome = replayer.run();
    };
    run(by_one, Replayer::Threads::kOne);
    run(by_two, Replayer::Threads::kTwo);
    CHECK(by_one.outcome.events == by_two.outcome.events);
    CHECK(by_one.outcome.live_bytes == by_two.outcome.live_bytes);
    CHECK(by_one.outcome.peak_live_bytes == by_two.outcome.peak_live_bytes);
    CHECK(by_one.outcome.peak_event == by_two.outcome.peak_event);
    CHECK(by_one.outcome.losses.unknown_frees == by_two.outcome.losses.unknown_frees);
    REQUIRE(by_one.seen.changes.size() == by_two.seen.changes.size());
    if (stop.event) CHECK(by_one.seen.changes.size() == *stop.event);
    for (std::size_t i = 0; i < by_one.seen.changes.size(); ++i) {
      const auto& [one, one_released] = by_one.seen.changes[i];
      const auto& [two, two_released] = by_two.seen.changes[i];
      const bool same = one.ticks == two.ticks && one.thread == two.thread && one.stack == two.stack &&
                        one.acquired_bytes == two.acquired_bytes && one.released_bytes == two.released_bytes &&
                        one.live_bytes == two.live_bytes && one_released.size() == two_released.size();
      if (!same) FAIL_CHECK("change " << i << " differs");
    }
  }
}

}  // namespace
}  // namespace memline
