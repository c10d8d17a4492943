// Pools: what they hand out counts, what they are made of does not.
#include <sys/mman.h>

#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using Bytes = std::map<std::uint64_t, std::uint64_t>;

struct PoolScript : testing::Script {
  explicit PoolScript() { trace.add(0, trace::PoolCreate{++time, 1, "arena"}); }
  void backing(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint64_t pool = 1) {
    trace.add(0, trace::PoolBacking{++time, pool, address, bytes, stack});
  }
  void take(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint64_t pool = 1) {
    trace.add(0, trace::PoolAcquire{++time, pool, address, bytes, stack});
  }
  void move(std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes, std::uint32_t stack) {
    trace.add(0, trace::PoolRealloc{++time, 1, old_address, address, bytes, stack});
  }
  void give(std::uint64_t address, std::uint32_t stack, std::uint64_t pool = 1) {
    trace.add(0, trace::PoolRelease{++time, pool, address, stack});
  }
  void reset(std::uint32_t stack) { trace.add(0, trace::PoolReset{++time, 1, stack}); }
  void destroy(std::uint32_t stack, std::uint64_t pool = 1) { trace.add(0, trace::PoolDestroy{++time, pool, stack}); }
  void map(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack) {
    trace.add(0, trace::Map{++time, address, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                            trace::MapKind::kPrivateAnonymous, stack});
  }
  const replay::Change& change(std::size_t i) const { return seen.changes.at(i).change; }
};

TEST_CASE("backings far inside of their blocks are found among many, as blocks come and go", "[replay][pool]") {
  PoolScript s;
  for (std::uint64_t i = 1; i <= 100; ++i) s.malloc(0, i * 0x100000, 0x80000, s.a);
  s.backing(0x100000 + 0x70000, 0x100, s.b);     // far behind the block's start
  s.backing(0x100000 + 0x90000, 0x100, s.b, 2);  // in none
  s.malloc(0, 200 * 0x100000, 0x80000, s.a);     // after the first search
  s.free(0, 0x300000, s.a);
  s.backing(200 * 0x100000 + 0x7ff00, 0x100, s.b, 3);
  s.backing(0x300000 + 0x70000, 0x100, s.b, 4);  // of a block that is gone
  s.backing(0x80, 0x10, s.b, 5);                 // before all
  CHECK(s.run().live_bytes == 100 * 0x80000 - 0x200);
}

TEST_CASE("backing memory from the heap moves to the pool's reserve", "[replay][pool]") {
  PoolScript s;
  s.malloc(0, 0x10000, 1000, s.a);
  s.backing(0x10000, 1000, s.b);
  s.take(0x10000, 100, s.c);  // at the address of its backing block
  s.take(0x10080, 50, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 150);
  CHECK(outcome.peak_live_bytes == 1000);
  CHECK(s.change(1).released_bytes == 1000);
  CHECK(s.change(1).frees == 0);
  CHECK(s.seen.changes.at(1).released.at(0).blocks == 0);
  CHECK(s.leaf(s.seen.changes.at(1).released.at(0).owner) == 0x1a);
  CHECK(s.change(2).allocations == 1);
  CHECK(s.change(2).acquired_blocks == 1);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 0}, {0x1c, 150}});
}

TEST_CASE("a block over one whose release is missing has backings of its own", "[replay][pool]") {
  PoolScript s;
  s.malloc(0, 0x10000, 0x80, s.a);
  s.backing(0x10000, 0x80, s.b);
  s.malloc(0, 0x10040, 1000, s.c);
  s.backing(0x10060, 500, s.b, 2);
  CHECK(s.run().live_bytes == 500);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 0}, {0x1c, 500}});
}

TEST_CASE("pool blocks are allocated, moved and freed like any other", "[replay][pool]") {
  PoolScript s;
  s.take(0x10000, 100, s.a);
  s.move(0x10000, 0x10100, 300, s.b);
  s.move(0, 0x10800, 7, s.b);
  s.give(0x10100, s.c);
  s.give(0x10100, s.c);  // unknown now
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 7);
  CHECK(outcome.losses.unknown_frees == 1);
  CHECK(s.change(1).reallocations == 1);
  CHECK(s.change(1).released_bytes == 100);
  CHECK(s.change(2).allocations == 1);
  CHECK(s.change(3).frees == 1);
  CHECK(s.change(3).released_bytes == 300);
}

TEST_CASE("a reset releases every block of its pool, one free each", "[replay][pool]") {
  PoolScript s;
  s.take(0x10000, 100, s.a);
  s.take(0x10100, 10, s.b);
  s.take(0x10200, 20, s.b);
  s.take(0x20000, 1, s.a, 2);  // another pool's
  s.reset(s.c);
  s.reset(s.c);  // nothing left
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 5);
  CHECK(outcome.live_bytes == 1);
  const auto& [reset, released] = s.seen.changes.at(4);
  CHECK(reset.frees == 3);
  CHECK(reset.released_bytes == 130);
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint32_t>> by_leaf;
  for (const auto& share : released) by_leaf[s.leaf(share.owner)] = {share.bytes, share.blocks};
  CHECK(by_leaf == std::map<std::uint64_t, std::pair<std::uint64_t, std::uint32_t>>{{0x1a, {100, 1}}, {0x1b, {30, 2}}});
}

TEST_CASE("destroying a pool gives its backing to the line that does it", "[replay][pool]") {
  PoolScript s;
  s.malloc(0, 0x10000, 1000, s.a);
  s.backing(0x10000, 1000, s.a);
  s.take(0x10000, 100, s.b);
  s.destroy(s.c);
  s.free(0, 0x10000, s.a);
  const replay::Outcome outcome = s.run();
  CHECK(s.change(3).frees == 1);
  CHECK(s.change(3).released_bytes == 100);
  CHECK(s.change(3).acquired_bytes == 1000);
  CHECK(s.change(3).acquired_blocks == 1);  // the heap block is its own from here on
  CHECK(s.change(4).released_bytes == 1000);
  REQUIRE(s.seen.changes.at(4).released.size() == 1);
  CHECK(s.leaf(s.seen.changes.at(4).released[0].owner) == 0x1c);
  CHECK(s.seen.changes.at(4).released[0].blocks == 1);
  CHECK(outcome.live_bytes == 0);
  CHECK(s.net() == 0);
}

TEST_CASE("part of a block as backing leaves the rest live", "[replay][pool]") {
  PoolScript s;
  s.malloc(0, 0x10000, 1000, s.a);
  s.backing(0x10000 + 40, 600, s.b);
  SECTION("freed before the pool is destroyed") {
    s.free(0, 0x10000, s.c);
    s.destroy(s.c);
    const replay::Outcome outcome = s.run();
    CHECK(s.change(2).released_bytes == 400);
    CHECK(s.change(2).frees == 1);
    CHECK(outcome.events == 3);  // nothing came back to the destroying line
    CHECK(outcome.live_bytes == 0);
  }
  SECTION("destroyed first: two owners of one block") {
    s.destroy(s.c);
    s.free(0, 0x10000, s.b);
    const replay::Outcome outcome = s.run();
    CHECK(s.change(2).acquired_bytes == 600);
    CHECK(s.change(2).acquired_blocks == 0);
    Bytes released;
    for (const auto& share : s.seen.changes.at(3).released) released[s.leaf(share.owner)] += share.bytes;
    CHECK(released == Bytes{{0x1a, 400}, {0x1c, 600}});
    CHECK(outcome.live_bytes == 0);
  }
  SECTION("declared twice: nothing moves twice") {
    s.backing(0x10000, 1000, s.b);
    s.backing(0x10000, 1000, s.b);
    CHECK(s.run().live_bytes == 0);
    CHECK(s.change(2).released_bytes == 400);
    CHECK(s.seen.changes.size() == 3);
  }
  SECTION("moved by realloc: a new block, all of it live") {
    s.realloc(0, 0x10000, 0x30000, 2000, s.c);
    s.destroy(s.b);
    CHECK(s.run().live_bytes == 2000);
    CHECK(s.change(2).released_bytes == 400);
  }
  SECTION("at the end") {
    s.destroy(s.c);
    CHECK(s.run().live_bytes == 1000);
    CHECK(s.live_by_leaf() == Bytes{{0x1a, 400}, {0x1c, 600}});
    std::size_t blocks = 0;
    for (const auto& block : s.blocks) blocks += block.kind == replay::BlockKind::kHeap ? 1 : 0;
    CHECK(blocks == 1);
  }
}

TEST_CASE("two pools share one block", "[replay][pool]") {
  PoolScript s;
  s.malloc(0, 0x10000, 1 << 20, s.a);
  s.backing(0x10000, 1 << 19, s.a, 1);
  s.backing(0x10000 + (1 << 19), 1 << 19, s.a, 2);
  s.destroy(s.b, 2);
  s.destroy(s.b, 1);
  const replay::Outcome outcome = s.run();
  CHECK(s.change(2).live_bytes == 0);
  CHECK(s.change(3).live_bytes == 1 << 19);
  CHECK(outcome.live_bytes == 1 << 20);
  CHECK(s.change(4).acquired_blocks == 1);
  CHECK(s.live_by_leaf() == Bytes{{0x1b, 1 << 20}});
}

TEST_CASE("backing memory from mmap", "[replay][pool]") {
  PoolScript s;
  s.map(0x7f0000000000, 16384, s.a);
  s.backing(0x7f0000000000 + 64, 8000, s.b);
  s.take(0x7f0000000000 + 64, 500, s.c);
  SECTION("unmapped under the pool") {
    s.trace.add(0, trace::Unmap{++s.time, 0x7f0000000000, 16384, s.c});
    s.destroy(s.b);
    const replay::Outcome outcome = s.run();
    CHECK(s.change(1).released_bytes == 8000);
    CHECK(s.change(3).released_bytes == 16384 - 8000);
    CHECK(s.change(4).released_bytes == 500);
    CHECK(s.change(4).acquired_bytes == 0);
    CHECK(outcome.live_bytes == 0);
  }
  SECTION("given back by destroying it") {
    s.destroy(s.b);
    CHECK(s.run().live_bytes == 16384);
    CHECK(s.live_by_leaf() == Bytes{{0x1a, 16384 - 8000}, {0x1b, 8000}});
  }
}

TEST_CASE("a pool in a block of another pool", "[replay][pool]") {
  PoolScript s;
  s.malloc(0, 0x10000, 1000, s.a);
  s.backing(0x10000, 1000, s.a, 1);
  s.take(0x10000, 600, s.b, 1);
  s.backing(0x10000, 600, s.b, 2);
  s.take(0x10000, 70, s.c, 2);
  const auto live = [&](std::size_t i) { return s.change(i).live_bytes; };
  SECTION("the inner one goes first") {
    s.destroy(s.c, 2);
    s.give(0x10000, s.b, 1);
    s.destroy(s.c, 1);
    CHECK(s.run().live_bytes == 1000);
    CHECK(live(3) == 0);
    CHECK(live(4) == 70);
    CHECK(live(5) == 600);
    CHECK(live(6) == 0);
  }
  SECTION("the outer one goes first") {
    s.destroy(s.c, 1);
    s.destroy(s.c, 2);
    CHECK(s.run().live_bytes == 1000);
    CHECK(live(5) == 1070);
  }
}

TEST_CASE("backing that is no known memory moves nothing", "[replay][pool]") {
  PoolScript s;
  s.backing(0x10000, 1000, s.a);
  s.take(0x10000, 10, s.a);
  s.destroy(s.b);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 2);
  CHECK(outcome.live_bytes == 0);
}

TEST_CASE("a pool that frees its chunks forgets them", "[replay][pool]") {
  PoolScript s;
  for (int i = 0; i < 300; ++i) {
    s.malloc(0, 0x10000, 100, s.a);
    s.backing(0x10000, 100, s.a);
    s.free(0, 0x10000, s.a);
  }
  s.malloc(0, 0x10000, 100, s.a);
  s.backing(0x10000, 100, s.a);
  s.destroy(s.b);
  CHECK(s.run().live_bytes == 100);
  CHECK(s.live_by_leaf() == Bytes{{0x1b, 100}});
}

TEST_CASE("pool blocks can be temporaries", "[replay][pool]") {
  PoolScript s;
  s.take(0x10000, 10, s.a);
  s.give(0x10000, s.a);
  s.take(0x10000, 10, s.a);
  s.malloc(0, 0x10000, 10, s.a);
  s.give(0x10000, s.a);
  s.run();
  CHECK(s.seen.changes.at(1).released.at(0).temporary);
  CHECK_FALSE(s.seen.changes.at(4).released.at(0).temporary);
}

}  // namespace
}  // namespace memline
