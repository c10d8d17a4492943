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

constexpr ThreadId kThread0{std::size_t{0}};
constexpr ThreadId kThread1{std::size_t{1}};

TEST_CASE("a block of zero bytes is a block", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 0, s.a);
  s.free(0, 0x1000, s.b);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 0);
  CHECK(s.seen.changes.at(0).change.allocations == 1);
  CHECK(s.seen.changes.at(1).change.frees == 1);
  CHECK(s.seen.changes.at(1).released.at(0).blocks == 1);
}

TEST_CASE("a realloc is one event: old released, new acquired, never both in the peak", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.malloc(0, 0x5000, 1, s.c);
  s.realloc(0, 0x1000, 0x2000, 250, s.b);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 251);
  CHECK(outcome.peak_live_bytes == 251);
  REQUIRE(s.seen.changes.size() == 3);
  const auto& [change, released] = s.seen.changes[2];
  CHECK(change.acquired_bytes == 250);
  CHECK(change.released_bytes == 100);
  CHECK(change.reallocations == 1);
  CHECK(change.allocations == 0);
  CHECK(change.frees == 0);
  CHECK(change.acquired_blocks == 1);
  REQUIRE(released.size() == 1);
  CHECK(s.leaf(released[0].owner) == 0x1a);
  CHECK(released[0].blocks == 1);
  CHECK(s.live_by_leaf() == std::map<std::uint64_t, std::uint64_t>{{0x1b, 250}, {0x1c, 1}});
}

TEST_CASE("a realloc in place changes owner and size", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.realloc(0, 0x1000, 0x1000, 40, s.b);
  s.free(0, 0x1000, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 0);
  CHECK(outcome.peak_live_bytes == 100);
  CHECK(outcome.losses.complete);
  CHECK(s.leaf(s.seen.changes.at(2).released.at(0).owner) == 0x1b);
  CHECK(s.seen.changes.at(2).change.released_bytes == 40);
}

TEST_CASE("a failed realloc is nothing", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.move_begin(0, 0x1000);
  s.move_end(0, 0x1000, 0, 1 << 30, s.b);
  s.free(0, 0x1000, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 2);
  CHECK(outcome.losses.unknown_frees == 0);
  CHECK(outcome.losses.complete);
  REQUIRE(s.seen.changes.size() == 2);
  CHECK(s.leaf(s.seen.changes[1].released.at(0).owner) == 0x1a);
}

TEST_CASE("a block whose realloc never ended has gone where another one got its address", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.move_begin(0, 0x1000);  // the thread was left in it, by a longjmp
  s.malloc(1, 0x1000, 30, s.d);
  s.malloc(0, 0x2000, 7, s.b);
  s.move_begin(0, 0x2000);
  s.move_end(0, 0x2000, 0x3000, 8, s.b);
  s.free(1, 0x1000, s.e);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 8);
  CHECK(outcome.vanished_blocks == 1);
  CHECK(outcome.vanished_bytes == 100);
  CHECK(outcome.losses.unknown_frees == 0);
}

TEST_CASE("between begin and end of a realloc another thread may get the old address", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.move_begin(0, 0x1000);
  s.malloc(1, 0x1000, 30, s.d);  // the allocator has given the old block away already
  s.move_end(0, 0x1000, 0x2000, 200, s.b);
  s.free(1, 0x1000, s.e);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 200);
  CHECK(outcome.peak_live_bytes == 230);  // 130 while the old block still counts, 230 after the move
  CHECK(outcome.losses.complete);
  CHECK(s.seen.vanished.empty());
  CHECK(s.seen.changes.at(1).change.live_bytes == 130);
  CHECK(s.seen.changes.at(2).change.released_bytes == 100);
  CHECK(s.leaf(s.seen.changes.at(3).released.at(0).owner) == 0x2d);
}

TEST_CASE("a realloc of an unknown block acquires, and its unknown half is counted", "[replay]") {
  Script s;
  s.realloc(0, 0x1000, 0x2000, 70, s.a);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 70);
  CHECK(outcome.losses.unknown_frees == 1);
  CHECK_FALSE(outcome.losses.complete);
  CHECK(s.seen.changes.at(0).change.reallocations == 1);
  CHECK(s.seen.changes.at(0).change.released_bytes == 0);
}

TEST_CASE("a block that is being moved at the stop point is live", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.move_begin(0, 0x1000);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 100);
  CHECK(s.live_by_leaf() == std::map<std::uint64_t, std::uint64_t>{{0x1a, 100}});
}

TEST_CASE("the free of an unknown block is only a loss", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.free(0, 0x9000, s.b);
  s.free(0, 0, s.b);  // free(NULL) is nothing at all
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 1);
  CHECK(outcome.live_bytes == 100);
  CHECK(outcome.losses.unknown_frees == 1);
  CHECK_FALSE(outcome.losses.complete);
  CHECK(outcome.losses.notes.size() == 1);
}

TEST_CASE("after a pause unknown frees are no loss", "[replay]") {
  Script s;
  s.trace.add(0, trace::Recording{++s.time, 0});
  s.trace.add(0, trace::Recording{++s.time, 1});
  s.free(0, 0x9000, s.b);
  const replay::Outcome outcome = s.run();
  CHECK(s.recording.images.at(0).was_paused);
  CHECK(outcome.losses.unknown_frees == 1);
  CHECK(outcome.losses.complete);
  CHECK(outcome.losses.notes.size() == 1);
}

TEST_CASE("an address handed out twice: the first block has vanished", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.malloc(0, 0x1000, 30, s.b);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 30);
  CHECK(outcome.peak_live_bytes == 100);
  CHECK(outcome.vanished_bytes == 100);
  CHECK(outcome.vanished_blocks == 1);
  CHECK(outcome.losses.events == 1);
  CHECK_FALSE(outcome.losses.complete);
  REQUIRE(s.seen.vanished.size() == 1);
  CHECK(s.leaf(s.seen.vanished[0].owner) == 0x1a);
  CHECK(s.seen.changes.at(1).change.released_bytes == 0);
  CHECK(s.net() - static_cast<std::int64_t>(outcome.vanished_bytes) == outcome.live_bytes);
}

TEST_CASE("a free by another thread belongs to that thread, the block to its first", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.free(1, 0x1000, s.d);
  s.run();
  const auto& [change, released] = s.seen.changes.at(1);
  CHECK(change.thread == kThread1);
  CHECK(s.leaf(change.stack) == 0x2d);
  CHECK(released.at(0).owner_thread == kThread0);
  CHECK_FALSE(released.at(0).temporary);
}

TEST_CASE("a temporary is freed by the very next event of its thread", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 10, s.a);
  s.malloc(1, 0x2000, 20, s.d);  // another thread's events do not matter
  s.trace.add(0, trace::Tick{++s.time, 2'000'000, 5});
  s.trace.add(0, trace::Mark{++s.time, 0, 0, "m"});
  s.free(0, 0x1000, s.a);  // temporary
  s.malloc(0, 0x1000, 10, s.a);
  s.malloc(0, 0x3000, 10, s.a);
  s.free(0, 0x1000, s.a);  // not: another allocation in between
  s.free(0, 0x3000, s.a);  // not: another free in between
  s.free(1, 0x2000, s.d);  // temporary
  s.run();
  std::vector<bool> temporary;
  for (const auto& one : s.seen.changes) {
    if (one.change.frees != 0) temporary.push_back(one.released.at(0).temporary);
  }
  CHECK(temporary == std::vector<bool>{true, false, false, true});
}

TEST_CASE("what the next event of another thread frees is no temporary", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 10, s.a);
  s.free(1, 0x1000, s.d);
  s.malloc(1, 0x1000, 10, s.d);
  s.free(0, 0x1000, s.a);  // its own last event acquired this address, but not this block
  s.run();
  CHECK_FALSE(s.seen.changes.at(1).released.at(0).temporary);
  CHECK_FALSE(s.seen.changes.at(3).released.at(0).temporary);
}

TEST_CASE("a realloc takes part in temporaries on both sides, as a free and an allocation", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 10, s.a);
  s.realloc(0, 0x1000, 0x2000, 20, s.b);
  s.free(0, 0x2000, s.c);
  s.run();
  CHECK(s.seen.changes.at(1).released.at(0).temporary);
  CHECK(s.seen.changes.at(2).released.at(0).temporary);
}

TEST_CASE("at one moment releases come before acquisitions, whatever the lane", "[replay]") {
  Script s;
  s.trace.add(1, trace::Acquire{5, 0x1000, 100, s.d, trace::Origin::kMalloc});
  // Both at 9: lane 0 acquires what lane 1 releases.
  s.trace.add(0, trace::Acquire{9, 0x1000, 60, s.a, trace::Origin::kMalloc});
  s.trace.add(1, trace::Release{9, 0x1000, s.e});
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 60);
  CHECK(outcome.peak_live_bytes == 100);
  CHECK(s.seen.vanished.empty());
  CHECK(outcome.losses.complete);
}

TEST_CASE("the peak is the exact maximum, at the first event that reached it", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.malloc(0, 0x2000, 100, s.a);  // 200
  s.free(0, 0x1000, s.a);
  s.malloc(0, 0x1000, 99, s.a);  // 199
  s.malloc(1, 0x3000, 1, s.d);   // 200 again
  s.free(0, 0x2000, s.a);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.peak_live_bytes == 200);
  CHECK(outcome.peak_event == 2);
  CHECK(outcome.peak_ticks == 2);
}

TEST_CASE("the replay stops after an event, or at a time", "[replay]") {
  Script s;
  s.malloc(0, 0x1000, 1, s.a);
  s.malloc(0, 0x2000, 2, s.a);
  s.malloc(0, 0x3000, 4, s.a);
  const auto at_event = [&](std::uint64_t event) { return s.run({}, {.event = event, .ticks = {}}).live_bytes; };
  const auto at_time = [&](std::uint64_t ticks) { return s.run({}, {.event = {}, .ticks = ticks}).live_bytes; };
  CHECK(at_event(0) == 0);
  CHECK(s.blocks.empty());
  CHECK(at_event(1) == 1);
  CHECK(at_event(2) == 3);
  CHECK(s.blocks.size() == 2);
  CHECK(at_event(99) == 7);
  CHECK(at_time(0) == 0);
  CHECK(at_time(2) == 3);
  CHECK(at_time(1000) == 7);
}

TEST_CASE("stacks that do not reach the program's start are counted", "[replay]") {
  Script s;
  const std::uint32_t cut = s.trace.stack(0, {0x77}, trace::StackEnd::kDepthLimit);
  s.malloc(0, 0x1000, 1, s.a);
  s.malloc(0, 0x2000, 1, cut);
  s.malloc(0, 0x3000, 1, 0);      // unknown stack
  s.malloc(0, 0x4000, 1, 12345);  // its definition is lost
  s.free(0, 0x1000, 0);
  const replay::Outcome outcome = s.run();
  using replay::StackFate;
  const replay::StackFates& stacks = outcome.losses.stacks;
  CHECK(stacks.all() == 5);
  CHECK(stacks.short_ones() == 4);
  CHECK(stacks.short_share() == 0.8);
  CHECK(stacks.of(StackFate::kRoot) == 1);
  CHECK(stacks.of(StackFate::kDepthLimit) == 1);
  CHECK(stacks.of(StackFate::kLost) == 3);
  CHECK(outcome.losses.complete);
  CHECK(s.seen.changes.at(2).change.stack == replay::kUnknownStack);
  CHECK(s.seen.changes.at(3).change.stack == replay::kUnknownStack);
}

TEST_CASE("frees without recorded stacks are not short", "[replay]") {
  trace::ImageStart start = testing::TraceBuilder::image_start();
  start.free_stacks = 0;
  Script s(start);
  s.malloc(0, 0x1000, 1, s.a);
  s.free(0, 0x1000, 0);
  const replay::StackFates stacks = s.run().losses.stacks;
  CHECK(stacks.short_ones() == 0);
  CHECK(stacks.of(replay::StackFate::kNone) == 1);
  CHECK(stacks.all() == 2);
}

TEST_CASE("an allocator's usable size does not change what counts", "[replay]") {
  Script s;
  s.trace.add(0, trace::AcquireUsable{1, 0x1000, 100, 112, s.a, trace::Origin::kMalloc});
  CHECK(s.run().live_bytes == 100);
}

}  // namespace
}  // namespace memline
