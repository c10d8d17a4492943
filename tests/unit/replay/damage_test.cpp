// Damaged traces: a bad block costs only itself, and nothing makes the analyzer crash, hang or take all memory.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "replay_fixture.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "trace/trace_file.h"

namespace memline {
namespace {

using testing::Script;
using testing::TraceBuilder;

struct Reading {
  replay::Recording recording;
  replay::Outcome outcome;
  testing::Keeper seen;
};

Result<replay::Recording> scan_bytes(std::vector<std::byte> bytes) {
  return replay::scan(trace::make_memory_source(std::move(bytes), "memory"), false);
}

/// Scans and replays everything there is.
std::optional<Reading> read(std::vector<std::byte> bytes) {
  auto recording = scan_bytes(std::move(bytes));
  if (!recording) return std::nullopt;
  Reading result;
  result.recording = std::move(recording).value();
  for (std::size_t i = 0; i < result.recording.images.size(); ++i) {
    auto outcome = replay::replay(result.recording, i, {}, {}, &result.seen, [](const auto&) {});
    REQUIRE(outcome);
    result.outcome = *outcome;
  }
  return result;
}

bool has_note(const replay::Losses& losses, const std::string& part) {
  for (const std::string& note : losses.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

constexpr std::size_t block_offset(std::size_t number) {
  return trace::kHeaderBytes + number * trace::kBlockBytes;
}

/// Lane 0 has three blocks (0, 2, 3 in the file) of one allocation each, lane 1 one (1).
struct ThreeBlocks : Script {
  ThreeBlocks() {
    malloc(0, 0x1000, 1, a);
    trace.seal(0);
    malloc(0, 0x2000, 2, a);
    trace.seal(0);
    malloc(0, 0x3000, 4, a);
    malloc(1, 0x4000, 8, d);
  }
};

TEST_CASE("a block whose checksum differs costs only itself", "[damage]") {
  ThreeBlocks s;
  std::vector<std::byte> bytes = s.trace.bytes();
  bytes[block_offset(2) + sizeof(trace::BlockHeader)] ^= std::byte{4};
  const auto result = read(bytes);
  REQUIRE(result);
  CHECK(result->outcome.live_bytes == 13);
  CHECK(result->outcome.losses.events == 1);
  CHECK(result->outcome.losses.damaged_places == 1);
  CHECK_FALSE(result->outcome.losses.complete);
  CHECK(result->outcome.losses.notes ==
        std::vector<std::string>{"block at offset " + std::to_string(block_offset(2)) + ": checksum differs"});
}

TEST_CASE("a block that is overwritten is a gap in its lane", "[damage]") {
  ThreeBlocks s;
  std::vector<std::byte> bytes = s.trace.bytes();
  std::memset(bytes.data() + block_offset(2), 0xee, trace::kBlockBytes);
  const auto result = read(bytes);
  REQUIRE(result);
  CHECK(result->outcome.live_bytes == 13);
  CHECK(has_note(result->outcome.losses, "is not a block of a trace"));
  CHECK(has_note(result->outcome.losses, "lane 0: 1 block is missing"));
  CHECK(result->outcome.losses.damaged_places == 2);
}

TEST_CASE("a lost block loses the stacks it defines, not the others'", "[damage]") {
  Script s;
  s.trace.seal(0);
  const std::uint32_t lost = s.trace.stack(0, {0x10, 0x50});
  s.trace.seal(0);
  const std::uint32_t later = s.trace.stack(0, {0x10, 0x60});
  s.malloc(0, 0x1000, 1, s.a);
  s.malloc(0, 0x2000, 1, lost);
  s.malloc(0, 0x3000, 1, later);
  std::vector<std::byte> bytes = s.trace.bytes();
  bytes[block_offset(2) + 4] ^= std::byte{1};
  const auto result = read(bytes);
  REQUIRE(result);
  const replay::StackTable& stacks = result->recording.images.at(0).stacks;
  CHECK(stacks.node(result->seen.changes.at(0).change.stack).offset == 0x1a);
  CHECK(result->seen.changes.at(1).change.stack == replay::kUnknownStack);
  CHECK(stacks.node(result->seen.changes.at(2).change.stack).offset == 0x60);
  CHECK(result->outcome.losses.stacks.of(replay::StackFate::kLost) == 1);
}

TEST_CASE("a lane whose Thread record is lost belongs to an unknown thread", "[damage]") {
  Script s;
  s.trace.seal(1);
  s.malloc(1, 0x1000, 1, 0);
  std::vector<std::byte> bytes = s.trace.bytes();
  bytes[block_offset(1) + 4] ^= std::byte{1};
  const auto result = read(bytes);
  REQUIRE(result);
  const replay::Image& image = result->recording.images.at(0);
  REQUIRE_FALSE(image.unknown_thread.none());
  CHECK(image.threads.size() == 2);
  CHECK(result->seen.changes.at(0).change.thread == image.unknown_thread);
}

TEST_CASE("an image without its first record is still replayed", "[damage]") {
  Script s;
  s.trace.seal(0);
  s.malloc(0, 0x1000, 100, s.a);
  std::vector<std::byte> bytes = s.trace.bytes();
  bytes[block_offset(0) + 4] ^= std::byte{1};
  const auto result = read(bytes);
  REQUIRE(result);
  CHECK(result->outcome.live_bytes == 100);
  CHECK(result->recording.images.at(0).executable.empty());
  CHECK(result->recording.images.at(0).start.ticks == 1);
  CHECK(has_note(result->outcome.losses, "which program it is, is lost"));
}

TEST_CASE("an open block is read as far as it says, sealed or not", "[damage]") {
  ThreeBlocks s;
  const auto result = read(s.trace.bytes(false));
  REQUIRE(result);
  CHECK(result->outcome.live_bytes == 15);
  CHECK(result->outcome.losses.complete);
}

TEST_CASE("blocks that were reserved but never used are no damage", "[damage]") {
  ThreeBlocks s;
  std::vector<std::byte> bytes = s.trace.bytes();
  bytes.resize(bytes.size() + 3 * trace::kBlockBytes + 100);
  const auto result = read(bytes);
  REQUIRE(result);
  CHECK(result->outcome.losses.complete);
  CHECK(result->outcome.losses.notes.empty());
}

TEST_CASE("a hole of any size behind the blocks is passed over, and lets no record speak of more", "[damage]") {
  const testing::ScratchFolder folder;
  ThreeBlocks s;
  const std::string path = folder.path("sparse.bin");
  s.trace.write(path);
  REQUIRE(::truncate(path.c_str(), off_t{1} << 40) == 0);
  const auto recording = replay::scan(path);
  REQUIRE(recording);
  CHECK(recording->losses.complete);
  CHECK(recording->images.at(0).events == 4);
  CHECK(recording->file->size_bytes() == block_offset(4));
}

TEST_CASE("the header of a file decides whether it is a trace", "[damage]") {
  ThreeBlocks s;
  const std::vector<std::byte> good = s.trace.bytes();
  const auto message = [](std::vector<std::byte> bytes) {
    auto recording = scan_bytes(std::move(bytes));
    return recording ? std::string("read") : recording.error().message;
  };
  const auto cut = [&](std::size_t bytes) {
    return message({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(bytes)});
  };
  CHECK(cut(0) == "is empty");
  CHECK(cut(5) == "is not a memline trace");
  CHECK(cut(10) == "is cut within its header");
  CHECK(cut(100) == "is cut within its header");
  CHECK(cut(sizeof(trace::TraceHeader)) == "read");
  CHECK(cut(trace::kHeaderBytes) == "read");
  std::vector<std::byte> bytes = good;
  bytes[0] = std::byte{'M'};
  CHECK(message(bytes) == "is not a memline trace");
  bytes = good;
  bytes[8] = std::byte{99};
  CHECK(message(bytes) == "is a trace of version 99; this memline reads versions 2 to 3 only");
}

TEST_CASE("a file with nothing but its header has no images", "[damage]") {
  TraceBuilder trace;
  const replay::Recording recording = trace.scan();
  CHECK(recording.images.empty());
  CHECK(recording.losses.complete);
  CHECK_FALSE(replay::replay(recording, 0, {}, {}, nullptr).ok());
}

TEST_CASE("a trace may be cut anywhere: what is before the cut is read", "[damage]") {
  ThreeBlocks s;
  const std::vector<std::byte> good = s.trace.bytes();
  trace::BlockHeader last_block{};
  std::memcpy(&last_block, good.data() + block_offset(3), sizeof last_block);
  const std::size_t end = block_offset(3) + sizeof last_block + last_block.payload_bytes;
  // Every byte where there is something, and now and then one of the empty rest.
  const auto step = [](std::size_t cut) -> std::size_t {
    if (cut < 200) return 1;
    return cut >= trace::kHeaderBytes && (cut - trace::kHeaderBytes) % trace::kBlockBytes < 400 ? 1 : 777;
  };
  std::int64_t last = 0;
  for (std::size_t cut = 0; cut < good.size(); cut += step(cut)) {
    const auto result = read({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)});
    CAPTURE(cut);
    if (cut < sizeof(trace::TraceHeader)) {
      CHECK_FALSE(result);
      continue;
    }
    REQUIRE(result);
    // What lies beyond the last record is not missed; anything else is, and that is told.
    CHECK(result->recording.losses.complete == (cut >= end));
    CHECK((result->recording.losses.damaged_places == 0) == (cut >= end));
    CHECK(result->outcome.live_bytes >= last);
    last = std::max(last, result->outcome.live_bytes);
    CHECK(result->outcome.live_bytes <= (cut < end ? 11 : 15));
  }
  CHECK(last == 15);
}

TEST_CASE("no single changed bit of a trace makes reading go wrong", "[damage]") {
  ThreeBlocks s;
  std::vector<std::byte> bytes = s.trace.bytes(false);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < sizeof(trace::TraceHeader); ++i) places.push_back(i);
  for (std::size_t block = 0; block < 4; ++block) {
    trace::BlockHeader header{};
    std::memcpy(&header, bytes.data() + block_offset(block), sizeof header);
    for (std::size_t i = 0; i < sizeof header + header.payload_bytes; ++i) places.push_back(block_offset(block) + i);
  }
  std::size_t unreadable = 0;
  for (const std::size_t place : places) {
    for (int bit = 0; bit < 8; ++bit) {
      const std::byte good = bytes[place];
      bytes[place] ^= static_cast<std::byte>(1 << bit);
      unreadable += read(bytes) ? 0 : 1;
      bytes[place] = good;
    }
  }
  // The magic, the version, and the two sizes of the layout.
  CHECK(unreadable == (8 + 4 + 4 + 4) * 8 - 1);  // version 3 without its lowest bit is 2, which is read
}

TEST_CASE("numbers of things are bounded by what the file could hold", "[damage]") {
  constexpr std::uint32_t kHuge = 0xffffffff;
  Script s;
  s.trace.add(0, trace::Module{kHuge, 0, 0, 0, 0, 0, "", ""});
  s.trace.thread(1, kHuge);
  s.malloc(1, 0x7000, 1, s.d);
  trace::Stack stack{};
  stack.first_id = kHuge - 1;
  stack.count = 1;
  stack.frames[0] = {0, 5, false};
  s.trace.add(0, stack);
  s.malloc(0, 0x1000, 100, kHuge - 1);
  stack.first_id = kHuge;  // ids would run over
  s.trace.add(0, stack);
  stack.first_id = 70;
  stack.frames[0] = {kHuge >> 1, 5, false};
  s.trace.add(0, stack);
  s.malloc(0, 0x2000, 100, 70);
  s.trace.add(0, trace::PoolAcquire{++s.time, ~std::uint64_t{0}, 0x10, ~std::uint64_t{0}, s.a});
  s.trace.add(0, trace::Break{++s.time, 0, ~std::uint64_t{0}, s.a});
  s.trace.add(0, trace::Tick{++s.time, ~std::uint64_t{0}, ~std::uint64_t{0}});
  s.trace.add(kHuge, trace::Thread{3, 1, "far lane"});
  const auto result = read(s.trace.bytes());
  REQUIRE(result);
  const replay::Image& image = result->recording.images.at(0);
  CHECK(image.modules.size() == 1);
  CHECK(image.threads.size() == 5);  // 0, 1, 3, with 2 between, and the unknown one
  CHECK(image.stacks.node(result->seen.changes.at(1).change.stack).offset == 5);
  CHECK(result->seen.changes.at(2).change.stack == replay::kUnknownStack);
  CHECK_FALSE(result->recording.losses.complete);
}

TEST_CASE("a clock that stands still or ends is read, one that goes back ends its block", "[damage]") {
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  Script s;
  s.time = kLast - 2;
  s.malloc(0, 0x1000, 1, s.a);
  s.trace.add(0, trace::Acquire{s.time, 0x2000, 2, s.a, trace::Origin::kMalloc});  // at the same moment
  s.malloc(0, 0x3000, 4, s.a);                                                     // at the last there is
  s.time = 9;
  s.malloc(0, 0x4000, 8, s.a);
  s.trace.seal(0);
  s.malloc(0, 0x5000, 16, s.a);  // a block has a time of its own to begin with, before that of the block before
  const auto result = read(s.trace.bytes());
  REQUIRE(result);
  CHECK(result->outcome.live_bytes == 1 + 2 + 4 + 16);
  CHECK_FALSE(result->outcome.losses.complete);
  CHECK(result->outcome.losses.damaged_places == 1);
}

TEST_CASE("notes of damage are bounded", "[damage]") {
  TraceBuilder trace;
  trace.begin_image();
  for (int i = 0; i < 50; ++i) {
    trace.seal(0);
    trace.add(0, trace::Clock{1, 1});
  }
  std::vector<std::byte> bytes = trace.bytes();
  for (std::size_t block = 1; block <= 50; ++block) bytes[block_offset(block) + 4] ^= std::byte{1};
  const auto recording = scan_bytes(bytes);
  REQUIRE(recording);
  CHECK(recording->losses.events == 50);
  CHECK(recording->losses.damaged_places == 50);
  CHECK(recording->losses.notes.size() == 21);
  CHECK(recording->losses.notes.back() == "30 more damaged places");
}

TEST_CASE("a stack id that is given out twice means at each moment what it meant then", "[replay][damage]") {
  Script script;
  script.malloc(0, 0x1000, 1, script.a);
  trace::Stack again{};
  again.first_id = script.a;
  again.count = 1;
  again.frames[0] = {1, 0x99, false};
  script.trace.add(0, again);
  script.malloc(0, 0x2000, 2, script.a);
  script.malloc(1, 0x3000, 4, script.d);  // the other lane is none the worse
  script.run();
  CHECK(script.live_by_leaf() == std::map<std::uint64_t, std::uint64_t>{{0x1a, 1}, {0x99, 2}, {0x2d, 4}});
}

TEST_CASE("a size that no address space has is left out and told of", "[damage]") {
  constexpr std::uint64_t kTooMuch = (std::uint64_t{1} << 56) + 1;
  ThreeBlocks s;
  std::uint64_t& time = s.time;
  s.malloc(0, 0x10000, kTooMuch, s.a);
  s.malloc(0, 0x20000, ~std::uint64_t{0}, s.a);
  s.trace.add(0, trace::AcquireUsable{++time, 0x30000, 1, kTooMuch, s.a, trace::Origin::kMalloc});
  s.trace.add(0, trace::Map{++time, 0x40000, kTooMuch, 3, 0x22, trace::MapKind::kPrivateAnonymous, s.a});
  s.trace.add(0, trace::Break{++time, 0x50000, 0x50000 + kTooMuch, s.a});
  s.realloc(0, 0x3000, 0x60000, kTooMuch, s.a);
  const auto result = read(s.trace.bytes());
  REQUIRE(result);
  CHECK(result->recording.losses.events == 6);
  CHECK(has_note(result->recording.losses, "an impossible size"));
  CHECK(result->outcome.live_bytes == 15);  // as before, with the block whose move has no end
}

TEST_CASE("a failed call may have asked for anything", "[damage]") {
  ThreeBlocks s;
  s.realloc(0, 0x3000, 0, ~std::uint64_t{0}, s.a);
  s.trace.add(0, trace::Unmap{++s.time, 0x70000, ~std::uint64_t{0}, s.a});
  s.trace.add(0, trace::UnmapFailed{++s.time, 0x70000, ~std::uint64_t{0}});
  const auto result = read(s.trace.bytes());
  REQUIRE(result);
  CHECK(result->recording.losses.events == 0);
  CHECK(result->outcome.live_bytes == 15);
}

}  // namespace
}  // namespace memline
