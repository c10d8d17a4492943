// malloc, free and realloc: what each does to live memory, and what it is charged to.
#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using testing::Script;

TEST_CASE("allocations and frees move bytes in and out of live memory", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.malloc(0, 0x2000, 50, s.b);
  s.free(0, 0x1000, s.c);
  const replay::Outcome outcome = s.run();

  REQUIRE(s.seen.changes.size() == 3);
  CHECK(outcome.events == 3);
  CHECK(outcome.live_bytes == 50);
  CHECK(outcome.peak_live_bytes == 150);
  CHECK(outcome.peak_event == 2);
  CHECK(outcome.peak_ticks == 2);
  CHECK(outcome.losses.complete);
  CHECK(outcome.losses.notes.empty());

  const replay::Change& first = s.seen.changes[0].change;
  CHECK(first.ticks == 1);
  CHECK(first.thread == ThreadId{std::size_t{0}});
  CHECK(s.leaf(first.stack) == 0x1a);
  CHECK(first.acquired_bytes == 100);
  CHECK(first.acquired_blocks == 1);
  CHECK(first.allocations == 1);
  CHECK(first.released_bytes == 0);
  CHECK(first.live_bytes == 100);

  const auto& last = s.seen.changes[2];
  CHECK(s.leaf(last.change.stack) == 0x1c);
  CHECK(last.change.frees == 1);
  CHECK(last.change.allocations == 0);
  CHECK(last.change.acquired_blocks == 0);
  CHECK(last.change.released_bytes == 100);
  REQUIRE(last.released.size() == 1);
  CHECK(s.leaf(last.released[0].owner) == 0x1a);
  CHECK(last.released[0].blocks == 1);
  CHECK_FALSE(last.released[0].temporary);
  CHECK(s.live_by_leaf() == std::map<std::uint64_t, std::uint64_t>{{0x1b, 50}});
  CHECK(s.blocks.at(0).kind == replay::BlockKind::kHeap);
  CHECK(s.blocks.at(0).acquired_ticks == 2);
}

}  // namespace
}  // namespace memline
