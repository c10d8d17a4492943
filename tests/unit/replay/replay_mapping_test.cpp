// mmap, munmap, mprotect, mremap and the break.
#include <sys/mman.h>

#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using Bytes = std::map<std::uint64_t, std::uint64_t>;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kBase = 0x7f0000000000;
constexpr std::uint32_t kReadWrite = PROT_READ | PROT_WRITE;
constexpr std::uint32_t kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;

struct MapScript : testing::Script {
  void map(std::uint64_t page, std::uint64_t pages, std::uint32_t protection, std::uint32_t stack,
           std::uint32_t flags = kPrivate, trace::MapKind kind = trace::MapKind::kPrivateAnonymous) {
    trace.add(0, trace::Map{++time, kBase + page * kPage, pages * kPage, protection, flags, kind, stack});
  }
  void unmap(std::uint64_t page, std::uint64_t pages, std::uint32_t stack) {
    trace.add(0, trace::Unmap{++time, kBase + page * kPage, pages * kPage, stack});
  }
  void unmap_failed(std::uint64_t page, std::uint64_t pages) {
    trace.add(0, trace::UnmapFailed{++time, kBase + page * kPage, pages * kPage});
  }
  void protect(std::uint64_t page, std::uint64_t pages, std::uint32_t protection, std::uint32_t stack) {
    trace.add(0, trace::Protect{++time, kBase + page * kPage, pages * kPage, protection, stack});
  }
  void remap(std::uint64_t page, std::uint64_t pages, std::uint64_t new_page, std::uint64_t new_pages,
             std::uint32_t flags, std::uint32_t stack) {
    trace.add(0, trace::RemapBegin{++time, kBase + page * kPage, pages * kPage});
    trace.add(0, trace::RemapEnd{++time, kBase + page * kPage, pages * kPage, kBase + new_page * kPage,
                                 new_pages * kPage, flags, stack});
  }
  const replay::Change& change(std::size_t i) const { return seen.changes.at(i).change; }
};

TEST_CASE("a mapping counts in whole pages", "[replay][map]") {
  MapScript s;
  s.trace.add(0, trace::Map{++s.time, kBase, 5000, kReadWrite, kPrivate, trace::MapKind::kPrivateAnonymous, s.a});
  s.trace.add(0, trace::Unmap{++s.time, kBase, 5000, s.b});
  const replay::Outcome outcome = s.run();
  CHECK(outcome.peak_live_bytes == 8192);
  CHECK(outcome.live_bytes == 0);
  CHECK(s.change(0).mappings == 1);
  CHECK(s.change(0).allocations == 0);
  CHECK(s.change(0).acquired_blocks == 0);
  CHECK(s.change(1).unmappings == 1);
  CHECK(s.change(1).frees == 0);
  CHECK(s.seen.changes.at(1).released.at(0).blocks == 0);
}

TEST_CASE("a partial munmap releases exactly the pages it covers, of each owner", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.map(4, 4, kReadWrite, s.b);
  s.unmap(3, 2, s.c);    // the last page of a, the first of b
  s.unmap(3, 2, s.c);    // nothing there any more
  s.unmap(1, 1, s.c);    // a hole in a
  s.unmap(100, 9, s.c);  // never mapped
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 4);
  CHECK(outcome.live_bytes == 5 * 4096);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 2 * kPage}, {0x1b, 3 * kPage}});
  REQUIRE(s.seen.changes.at(2).released.size() == 2);
  CHECK(s.seen.changes[2].released[0].bytes == kPage);
  CHECK(s.leaf(s.seen.changes[2].released[1].owner) == 0x1b);
  CHECK(outcome.losses.unknown_frees == 0);
  CHECK(s.blocks.size() == 3);
}

TEST_CASE("a munmap that failed did nothing", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.unmap(0, 4, s.b);
  s.trace.stack(0, {0x99});  // a definition in between does not matter
  s.unmap_failed(0, 4);
  s.unmap(0, 4, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 2);
  CHECK(outcome.live_bytes == 0);
  CHECK(s.leaf(s.change(1).stack) == 0x1c);
}

TEST_CASE("a failed munmap is recognised across the end of a block", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.unmap(0, 4, s.b);
  s.trace.seal(0);
  s.unmap_failed(0, 4);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 1);
  CHECK(outcome.live_bytes == 4 * 4096);
}

TEST_CASE("MAP_FIXED over live memory replaces it in one event", "[replay][map]") {
  const bool announced = GENERATE(false, true);
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  if (announced) s.unmap(2, 4, s.b);
  s.map(2, 4, kReadWrite, s.b, kPrivate | MAP_FIXED);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 2);
  CHECK(outcome.live_bytes == 6 * 4096);
  CHECK(outcome.peak_live_bytes == 6 * 4096);
  CHECK(s.change(1).acquired_bytes == 4 * kPage);
  CHECK(s.change(1).released_bytes == 2 * kPage);
  CHECK(s.change(1).mappings == 1);
  CHECK(s.change(1).unmappings == 0);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 2 * kPage}, {0x1b, 4 * kPage}});
  CHECK(outcome.losses.complete);
}

TEST_CASE("a mapping where the trace says one is live: its munmap was missed", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.map(2, 1, kReadWrite, s.b);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 4 * 4096);
  CHECK(outcome.vanished_bytes == kPage);
  CHECK(outcome.vanished_blocks == 0);
  CHECK_FALSE(outcome.losses.complete);
  CHECK(s.change(1).released_bytes == 0);
}

TEST_CASE("a reservation becomes live where it is made accessible, and stays so", "[replay][map]") {
  MapScript s;
  s.map(0, 100, PROT_NONE, s.a);
  s.protect(10, 4, kReadWrite, s.b);
  s.protect(12, 4, PROT_READ, s.c);    // two of them are live already
  s.protect(10, 4, PROT_NONE, s.c);    // changes nothing
  s.protect(10, 2, kReadWrite, s.c);   // nor does this
  s.protect(500, 2, kReadWrite, s.c);  // unknown memory
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 3);
  CHECK(s.change(0).acquired_bytes == 0);
  CHECK(s.change(0).mappings == 1);
  CHECK(s.change(1).acquired_bytes == 4 * kPage);
  CHECK(s.change(1).mappings == 1);
  CHECK(s.change(2).acquired_bytes == 2 * kPage);
  CHECK(s.live_by_leaf() == Bytes{{0x1b, 4 * kPage}, {0x1c, 2 * kPage}});
}

TEST_CASE("unmapping a reservation releases only what was live of it", "[replay][map]") {
  MapScript s;
  s.map(0, 100, PROT_NONE, s.a);
  s.protect(10, 4, kReadWrite, s.b);
  s.unmap(0, 100, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 0);
  CHECK(s.change(2).released_bytes == 4 * kPage);
  CHECK(s.change(2).unmappings == 1);
}

TEST_CASE("files and shared memory stand in the ledger only", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a, MAP_PRIVATE, trace::MapKind::kPrivateFile);
  s.map(4, 4, kReadWrite, s.a, MAP_SHARED | MAP_ANONYMOUS, trace::MapKind::kSharedAnonymous);
  s.map(8, 4, PROT_NONE, s.a, MAP_SHARED, trace::MapKind::kSharedFile);
  s.protect(8, 4, kReadWrite, s.b);
  s.unmap(0, 12, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.peak_live_bytes == 0);
  REQUIRE(s.seen.changes.size() == 4);
  CHECK(s.change(0).mappings == 1);
  CHECK(s.change(3).unmappings == 1);
  CHECK(s.change(3).released_bytes == 0);
}

TEST_CASE("MAP_FIXED of a file over live memory releases it", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.map(1, 2, PROT_READ, s.b, MAP_PRIVATE | MAP_FIXED, trace::MapKind::kPrivateFile);
  CHECK(s.run().live_bytes == 2 * 4096);
  CHECK(s.change(1).released_bytes == 2 * kPage);
  CHECK(s.change(1).acquired_bytes == 0);
}

TEST_CASE("mremap grows, shrinks and moves as one event", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.remap(0, 4, 0, 6, 0, s.b);                 // in place
  s.remap(0, 6, 50, 10, MREMAP_MAYMOVE, s.c);  // elsewhere
  s.remap(50, 10, 50, 3, 0, s.a);              // smaller
  s.remap(51, 1, 90, 1, MREMAP_MAYMOVE, s.b);  // a page out of the middle
  const replay::Outcome outcome = s.run();
  CHECK(outcome.losses.complete);
  CHECK(outcome.peak_live_bytes == 10 * 4096);
  const auto is = [&](std::size_t i, std::uint64_t acquired, std::uint64_t released) {
    CHECK(s.change(i).acquired_bytes == acquired * kPage);
    CHECK(s.change(i).released_bytes == released * kPage);
    CHECK(s.change(i).mappings == 1);
    CHECK(s.change(i).unmappings == 0);
    CHECK(s.change(i).reallocations == 0);
  };
  is(1, 6, 4);
  is(2, 10, 6);
  is(3, 3, 10);
  is(4, 1, 1);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 2 * kPage}, {0x1b, kPage}});
}

TEST_CASE("mremap over pages of different states keeps each page's", "[replay][map]") {
  MapScript s;
  s.map(0, 64, PROT_NONE, s.a);
  s.protect(0, 4, kReadWrite, s.b);
  s.protect(8, 2, kReadWrite, s.b);
  s.remap(0, 64, 0, 9, 0, s.c);  // 0-3 and 8 stay live, 4-7 reserved, 9 goes
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 5 * 4096);
  CHECK(s.change(3).acquired_bytes == 5 * kPage);
  CHECK(s.change(3).released_bytes == 6 * kPage);
  CHECK(s.live_by_leaf() == Bytes{{0x1c, 5 * kPage}});

  s.remap(0, 9, 100, 12, MREMAP_MAYMOVE, s.a);  // what is new is like the last page: live
  s.protect(100, 12, kReadWrite, s.b);          // 4 reserved pages
  CHECK(s.run().live_bytes == 12 * 4096);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 8 * kPage}, {0x1b, 4 * kPage}});
}

TEST_CASE("which image acquired most is told by what became live", "[replay][map]") {
  MapScript s;
  s.map(0, 100, PROT_NONE, s.a);
  s.protect(10, 4, kReadWrite, s.b);
  s.protect(10, 5, kReadWrite, s.b);
  s.map(200, 50, kReadWrite, s.a, MAP_SHARED, trace::MapKind::kSharedFile);
  s.remap(200, 50, 300, 80, MREMAP_MAYMOVE, s.b);
  s.map(400, 2, kReadWrite, s.a);
  s.remap(400, 2, 500, 3, MREMAP_MAYMOVE, s.b);
  CHECK(s.run().events == 7);  // one a call
  CHECK(s.recording.images.at(0).acquired_bytes == (4 + 1 + 2 + 3) * kPage);
}

TEST_CASE("a failed mremap is nothing", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.trace.add(0, trace::RemapBegin{++s.time, kBase, 4 * kPage});
  s.trace.add(0, trace::RemapEnd{++s.time, kBase, 4 * kPage, 0, 1 << 30, 0, s.b});
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 1);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 4 * kPage}});
}

TEST_CASE("MREMAP_DONTUNMAP leaves the old pages mapped", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.remap(0, 4, 50, 4, MREMAP_MAYMOVE | 4, s.b);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.live_bytes == 8 * 4096);
  CHECK(s.change(1).acquired_bytes == 4 * kPage);
  CHECK(s.change(1).released_bytes == 0);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 4 * kPage}, {0x1b, 4 * kPage}});
}

TEST_CASE("MREMAP_FIXED replaces what it lands on", "[replay][map]") {
  MapScript s;
  s.map(0, 2, kReadWrite, s.a);
  s.map(10, 3, kReadWrite, s.b);
  s.remap(0, 2, 10, 2, MREMAP_MAYMOVE | MREMAP_FIXED, s.c);
  CHECK(s.run().live_bytes == 3 * 4096);
  CHECK(s.change(2).released_bytes == 4 * kPage);
  CHECK(s.live_by_leaf() == Bytes{{0x1b, kPage}, {0x1c, 2 * kPage}});
}

TEST_CASE("what an mremap without an end had taken does not come back over what was mapped since", "[replay][map]") {
  MapScript s;
  s.map(0, 8, kReadWrite, s.a);
  s.trace.add(0, trace::RemapBegin{++s.time, kBase, 8 * kPage});
  s.map(2, 1, kReadWrite, s.b);
  s.map(5, 2, kReadWrite, s.b);
  s.trace.add(0, trace::RemapBegin{++s.time, kBase + 100 * kPage, kPage});
  CHECK(s.run().live_bytes == 8 * kPage);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 5 * kPage}, {0x1b, 3 * kPage}});
}

TEST_CASE("what is not live stays so through mremap", "[replay][map]") {
  MapScript s;
  s.map(0, 4, PROT_NONE, s.a);
  s.map(20, 4, kReadWrite, s.a, MAP_SHARED, trace::MapKind::kSharedFile);
  s.remap(0, 4, 50, 8, MREMAP_MAYMOVE, s.b);
  s.remap(20, 4, 70, 8, MREMAP_MAYMOVE, s.b);
  s.remap(300, 4, 400, 8, MREMAP_MAYMOVE, s.b);  // of a mapping that nobody saw
  s.protect(50, 8, kReadWrite, s.c);
  s.protect(70, 8, kReadWrite, s.c);
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 5);
  CHECK(outcome.live_bytes == 8 * 4096);
  CHECK(s.live_by_leaf() == Bytes{{0x1c, 8 * kPage}});
}

TEST_CASE("pages that are being moved at the stop point are live", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.trace.add(0, trace::RemapBegin{++s.time, kBase, 2 * kPage});
  CHECK(s.run().live_bytes == 4 * 4096);
  CHECK(s.live_by_leaf() == Bytes{{0x1a, 4 * kPage}});
}

TEST_CASE("the program's own break counts byte by byte", "[replay][map]") {
  MapScript s;
  s.trace.add(0, trace::Break{1, 0x700000, 0x700000 + 1000, s.a});
  s.trace.add(0, trace::Break{2, 0x700000 + 1000, 0x700000 + 1500, s.b});
  s.trace.add(0, trace::Break{3, 0x700000 + 1500, 0x700000 + 900, s.c});
  s.trace.add(0, trace::Break{4, 0x700000 + 900, 0x700000 + 900, s.c});
  const replay::Outcome outcome = s.run();
  CHECK(outcome.events == 3);
  CHECK(outcome.peak_live_bytes == 1500);
  CHECK(outcome.live_bytes == 900);
  CHECK(s.change(2).released_bytes == 600);
  CHECK(s.change(2).unmappings == 1);
  CHECK(s.seen.changes.at(2).released.size() == 2);
}

TEST_CASE("madvise and mlock change nothing", "[replay][map]") {
  MapScript s;
  s.map(0, 4, kReadWrite, s.a);
  s.trace.add(0, trace::Advise{++s.time, kBase, 4 * kPage, MADV_DONTNEED, s.b});
  s.trace.add(0, trace::Lock{++s.time, kBase, 4 * kPage, trace::LockKind::kLock, s.b});
  CHECK(s.run().events == 1);
}

TEST_CASE("ranges that cannot be are ignored", "[replay][map]") {
  MapScript s;
  constexpr std::uint64_t kEnd = ~std::uint64_t{0};
  s.trace.add(0, trace::Map{1, kEnd - 5000, kEnd, kReadWrite, kPrivate, trace::MapKind::kPrivateAnonymous, s.a});
  s.trace.add(0, trace::Map{2, kBase, 0, kReadWrite, kPrivate, trace::MapKind::kPrivateAnonymous, s.a});
  s.trace.add(0, trace::Unmap{3, kEnd - 5000, kEnd, s.a});
  CHECK(s.run().events == 0);
}

}  // namespace
}  // namespace memline
