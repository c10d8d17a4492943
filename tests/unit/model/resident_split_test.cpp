// Every resident byte belongs to one row of the ledger; and which look stands for the peak.

#include "model/resident_split.h"

#include "model/peak_look.h"
#include "support/catch.h"

namespace memline::model {
namespace {

constexpr std::uint64_t kPage = 4096;
const NodeId kOwnerA{std::size_t{3}}, kOwnerB{std::size_t{4}};

replay::Actor actor(NodeId stack) {
  return {.ticks = 1, .thread = ThreadId{std::size_t{0}}, .stack = stack, .lane = 0};
}

class LookAt {
 public:
  LookAt() { assembler_.begin({}, kPage); }
  void mapping(trace::RegionKind kind, std::uint64_t begin, std::uint64_t pages, const char* name,
               std::uint32_t protection = 3) {
    assembler_.add(trace::ResidentRegion{kind, begin, pages * kPage, protection, name});
  }
  void resident(std::uint64_t begin, std::uint64_t pages) {
    trace::ResidentPages record{.first_page = begin / kPage, .count = 1, .runs = {}};
    record.runs[0] = {0, pages};
    assembler_.add(record);
  }
  const replay::ResidentLook& look() {
    assembler_.end({2, 1});
    return assembler_.look();
  }

 private:
  replay::LookAssembler assembler_;
};

std::uint64_t sum(const ResidentSplit& split) {
  std::uint64_t bytes = split.rounding + split.allocator + split.mappings + split.stacks + split.profiler + split.other;
  for (const auto& [owner, part] : split.heap) bytes += part;
  for (const auto& [name, part] : split.files) bytes += part;
  for (const auto& [name, part] : split.shared) bytes += part;
  return bytes;
}

TEST_CASE("a heap is divided into blocks, rounding and the rest") {
  replay::LiveMemory memory;
  replay::Effect effect;
  const std::uint64_t heap = 0x100000;
  memory.acquire(actor(kOwnerA), heap + 0x10, 100, effect);        // a chunk of 112: 104 usable
  memory.acquire(actor(kOwnerB), heap + 0x80, 24, effect);         // all of a chunk of 32 but its own 8
  memory.acquire(actor(kOwnerA), heap + 4090, 2 * kPage, effect);  // 6 bytes in RAM, 2 pages out of it
  LookAt at;
  at.mapping(trace::RegionKind::kPrivate, heap, 8, "[heap]");
  at.resident(heap, 1);
  at.resident(heap + 5 * kPage, 1);
  const ResidentSplit split = split_resident(at.look(), memory, true);
  CHECK(split.heap.at(kOwnerA) == 106);
  CHECK(split.heap.at(kOwnerB) == 24);
  CHECK(split.rounding == 4);
  CHECK(split.allocator == 2 * kPage - 106 - 24 - 4);
  CHECK(sum(split) == 2 * kPage);
}

TEST_CASE("a large block is a mapping of its own, in whole pages") {
  replay::LiveMemory memory;
  replay::Effect effect;
  memory.acquire(actor(kOwnerA), 0x7f0000000010, 200000, effect);  // 200016 bytes in 49 pages
  LookAt at;
  at.mapping(trace::RegionKind::kPrivate, 0x7f0000000000, 49, "");
  at.resident(0x7f0000000000, 49);
  const ResidentSplit split = split_resident(at.look(), memory, true);
  CHECK(split.heap.at(kOwnerA) == 200000);
  CHECK(split.rounding == 49 * kPage - 200016);
  CHECK(split.allocator == 16);
  const ResidentSplit unknown = split_resident(at.look(), memory, false);  // another allocator's
  CHECK(unknown.rounding == 0);
  CHECK(unknown.allocator == 49 * kPage - 200000);
}

TEST_CASE("mappings are told by name, by guard page, and by what stands before them") {
  replay::LiveMemory memory;
  replay::Effect effect;
  memory.map(actor(kOwnerA), 0x500000, 2 * kPage, replay::RangeState::kLive, false, effect);
  LookAt at;
  const auto both = [&at](trace::RegionKind kind, std::uint64_t begin, std::uint64_t pages, const char* name) {
    at.mapping(kind, begin, pages, name);
    at.resident(begin, pages);
  };
  both(trace::RegionKind::kPrivate, 0x400000, 3, "/bin/app");
  both(trace::RegionKind::kPrivate, 0x403000, 1, "");  // its zeroed data
  both(trace::RegionKind::kPrivate, 0x500000, 2, "");  // the program's own
  both(trace::RegionKind::kPrivate, 0x600000, 5, "");  // nobody's
  at.mapping(trace::RegionKind::kPrivate, 0x700000, 1, "", 0);
  both(trace::RegionKind::kPrivate, 0x701000, 4, "");  // above a guard page
  both(trace::RegionKind::kPrivate, 0x800000, 6, "");  // an event was seen on it
  at.mapping(trace::RegionKind::kStack, 0x803000, 0, "");
  both(trace::RegionKind::kShared, 0x900000, 7, "/dev/zero (deleted)");
  both(trace::RegionKind::kShared, 0xa00000, 8, "/var/lib/data");
  both(trace::RegionKind::kPrivate, 0xb00000, 9, "");
  at.mapping(trace::RegionKind::kProfiler, 0xb00000, 2, "");
  both(trace::RegionKind::kPrivate, 0xc00000, 1, "[stack]");
  const ResidentSplit split = split_resident(at.look(), memory, true);
  CHECK(split.files.at("/bin/app") == 4 * kPage);
  CHECK(split.files.at("/var/lib/data") == 8 * kPage);
  CHECK(split.shared.at("/dev/zero (deleted)") == 7 * kPage);
  CHECK(split.mappings == 2 * kPage);
  CHECK(split.stacks == (4 + 6 + 1) * kPage);
  CHECK(split.profiler == 2 * kPage);
  CHECK(split.other == (5 + 7) * kPage);
  CHECK(sum(split) == (3 + 1 + 2 + 5 + 4 + 6 + 7 + 8 + 9 + 1) * kPage);
}

TEST_CASE("the look that stands for the peak is the last one before much of it was released") {
  replay::Image image;
  for (const std::uint64_t ticks : {5, 15, 25, 35}) image.looks.push_back({ticks, {}, 0});
  PeakLook peak(image);
  const auto event = [&peak](std::uint64_t ticks, std::uint64_t acquired, std::uint64_t released, std::int64_t live) {
    replay::Change change;
    change.ticks = ticks;
    change.acquired_bytes = acquired;
    change.released_bytes = released;
    change.live_bytes = live;
    peak.on_change(change);
  };
  event(1, 600, 0, 600);
  event(10, 400, 0, 1000);  // the peak
  event(20, 0, 10, 990);    // less than a 64th
  event(30, 0, 500, 490);
  CHECK(peak.ticks() == 25U);
  PeakLook none(image);
  replay::Change late;
  late.ticks = 40;
  late.acquired_bytes = 8;
  late.live_bytes = 8;
  none.on_change(late);
  CHECK_FALSE(none.ticks().has_value());
}

}  // namespace
}  // namespace memline::model
