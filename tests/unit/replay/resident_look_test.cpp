// A look at what is in RAM: from its records to bytes of a range, and to the blocks that were live at it.

#include "replay/resident_look.h"

#include "replay/live_memory.h"
#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using replay::LookAssembler;
using replay::ResidentLook;

trace::ResidentPages pages(std::uint64_t first, std::initializer_list<trace::ResidentPages::Run> runs) {
  trace::ResidentPages record{.first_page = first, .count = 0, .runs = {}};
  for (const auto& run : runs) record.runs[record.count++] = run;
  return record;
}

constexpr trace::ResidentLook kLook{.time = 50,
                                    .monotonic_ns = 0,
                                    .reason = trace::LookReason::kMark,
                                    .rss_pages = 7,
                                    .page_table_bytes = 8192,
                                    .swapped_bytes = 0};

TEST_CASE("bytes of a range that lie in resident pages") {
  LookAssembler assembler;
  assembler.begin(kLook, 4096);
  assembler.add(pages(16, {{0, 2}, {1, 1}}));  // pages 16, 17 and 19
  assembler.add(pages(20, {{0, 1}}));          // goes on with page 20
  REQUIRE(assembler.end({51, 1}));
  const ResidentLook& look = assembler.look();
  CHECK(look.pages.size() == 2);
  CHECK(look.resident_bytes() == 4 * 4096);
  CHECK(look.rss_bytes == 7 * 4096);
  CHECK(look.resident_in(0, 1 << 20) == 4 * 4096);
  CHECK(look.resident_in(16 * 4096 + 100, 16 * 4096 + 124) == 24);
  CHECK(look.resident_in(18 * 4096 - 10, 19 * 4096 + 10) == 20);  // page 18 is not there
  CHECK(look.resident_in(18 * 4096, 19 * 4096) == 0);
  CHECK(look.resident_in(21 * 4096, 30 * 4096) == 0);
  CHECK(look.resident_in(5, 5) == 0);
}

TEST_CASE("mappings are found by address, and those that overlap are left out") {
  LookAssembler assembler;
  assembler.begin(kLook, 4096);
  assembler.add(trace::ResidentRegion{trace::RegionKind::kPrivate, 0x1000, 0x2000, 3, "[heap]"});
  assembler.add(trace::ResidentRegion{trace::RegionKind::kShared, 0x2000, 0x2000, 3, "overlaps"});
  assembler.add(trace::ResidentRegion{trace::RegionKind::kShared, 0x5000, 0x1000, 3, "/shm"});
  assembler.add(trace::ResidentRegion{trace::RegionKind::kProfiler, 0x1000, 0x10, 0, ""});
  assembler.end({51, 1});
  const ResidentLook& look = assembler.look();
  REQUIRE(look.mappings.size() == 2);
  REQUIRE(look.parts.size() == 1);
  REQUIRE(look.mapping_at(0x2fff) != nullptr);
  CHECK(look.mapping_at(0x2fff)->name == "[heap]");
  CHECK(look.mapping_at(0x3000) == nullptr);
  CHECK(look.mapping_at(0x5000)->name == "/shm");
  CHECK(look.mapping_at(0x10) == nullptr);
}

TEST_CASE("impossible runs of pages are left out") {
  LookAssembler assembler;
  assembler.begin(kLook, 4096);
  assembler.add(pages(10, {{0, 5}}));
  assembler.add(pages(12, {{0, 5}}));                       // overlaps
  assembler.add(pages(20, {{0, 0}}));                       // empty
  assembler.add(pages(~std::uint64_t{0} / 2, {{9, 9}}));    // beyond any address
  assembler.add(pages(30, {{~std::uint64_t{0} - 3, 10}}));  // wraps
  assembler.end({51, 1});
  CHECK(assembler.look().resident_bytes() == 5 * 4096);
}

TEST_CASE("an end without a beginning is no look") {
  LookAssembler assembler;
  CHECK_FALSE(assembler.end({51, 1}));
}

class Looker : public replay::Observer {
 public:
  bool wants_look(std::uint64_t ticks) override { return ticks == 50; }
  void on_look(const ResidentLook& look, const replay::LiveMemory& memory) override {
    ++looks;
    memory.for_each_live([&](const replay::LiveBlock& block) {
      live += block.bytes;
      resident += look.resident_in(block.address, block.address + block.bytes);
    });
  }
  int looks = 0;
  std::uint64_t live = 0, resident = 0;
};

TEST_CASE("a look meets what was live at it") {
  testing::TraceBuilder trace;
  trace.begin_image();
  const std::uint32_t stack = trace.stack(0, {0x100});
  trace.add(0, trace::Acquire{10, 16 * 4096, 2 * 4096, stack, trace::Origin::kMalloc});
  trace.add(0, trace::Acquire{20, 40 * 4096, 100, stack, trace::Origin::kMalloc});
  trace.add(0, trace::Release{30, 40 * 4096, stack});
  trace.add(0, kLook);
  trace.add(0, trace::ResidentRegion{trace::RegionKind::kPrivate, 0, 1 << 20, 3, ""});
  trace.add(0, pages(17, {{0, 1}, {22, 1}}));  // the block's second page, and page 40
  trace.add(0, trace::ResidentEnd{51, 1});
  trace.add(0, trace::Release{60, 16 * 4096, stack});
  trace::ResidentLook unfinished = kLook;
  unfinished.time = 70;
  trace.add(0, unfinished);
  const replay::Recording recording = trace.scan();
  REQUIRE(recording.images.at(0).looks.size() == 1);
  CHECK(recording.images[0].looks[0].ticks == 50);
  CHECK(recording.images[0].looks[0].resident_bytes == 2 * 4096);
  Looker looker;
  REQUIRE(replay::replay(recording, 0, {}, {}, &looker));
  CHECK(looker.looks == 1);
  CHECK(looker.live == 2 * 4096);
  CHECK(looker.resident == 4096);
}

TEST_CASE("the RSS that a look found is a sample of it") {
  testing::TraceBuilder trace;
  trace.begin_image();
  trace.add(0, trace::Tick{10, 1000, 3});
  trace::ResidentLook look = kLook;
  look.rss_pages = 700;
  trace.add(0, look);
  trace.add(0, trace::ResidentEnd{51, 1});
  look.time = 60;
  look.rss_pages = 0;  // not read
  trace.add(0, look);
  const replay::Recording recording = trace.scan();
  const auto& rss = recording.images.at(0).rss;
  REQUIRE(rss.size() == 2);
  CHECK(rss[0].rss_bytes == 3 * 4096);
  CHECK(rss[1].ticks == 50);
  CHECK(rss[1].rss_bytes == 700 * 4096);
}

}  // namespace
}  // namespace memline
