// Lanes one by one, and merged by time.
#include "trace/merged_reader.h"

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.h"
#include "support/trace_builder.h"

namespace memline::trace {
namespace {

using testing::TraceBuilder;

std::shared_ptr<const TraceFile> open(const TraceBuilder& trace) {
  auto file = TraceFile::open(make_memory_source(trace.bytes(), "memory"));
  REQUIRE(file);
  return *file;
}

Acquire acquire(std::uint64_t time, std::uint64_t address) {
  return {time, address, 1, 0, Origin::kMalloc};
}

/// "lane:time" of every record that has a time.
std::vector<std::string> merged(const TraceFile& file, const LaneLimits* limits = nullptr, Damage* damage = nullptr) {
  std::vector<std::string> seen;
  MergedReader reader(file, 0, limits, damage);
  while (const auto lane = reader.next()) {
    LaneReader& records = reader.lane(*lane);
    const std::uint64_t ticks = records.ticks();
    records.take([&]<class Record>(const Record& record) {
      if constexpr (Timed<Record>) {
        CHECK(record.time == ticks);
        CHECK(record.time == records.ticks_of_taken());
        seen.push_back(std::to_string(records.lane()) + ":" + std::to_string(record.time));
      }
    });
  }
  return seen;
}

TEST_CASE("lanes are merged by time", "[reader]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.add(0, acquire(10, 0x10));
  trace.add(5, acquire(5, 0x20));
  trace.add(0, acquire(20, 0x30));
  trace.add(2, acquire(15, 0x40));
  trace.add(5, acquire(17, 0x50));
  trace.add(2, acquire(16, 0x60));
  const auto file = open(trace);
  CHECK(merged(*file) == std::vector<std::string>{"5:5", "0:10", "2:15", "2:16", "5:17", "0:20"});
  CHECK(file->lanes(0).size() == 3);
  CHECK(file->lanes(1).empty());
  CHECK(file->images() == std::vector<std::uint32_t>{0});
}

TEST_CASE("at one time what releases comes first, but no lane is reordered", "[reader]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.add(0, acquire(10, 0x10));
  trace.add(0, Release{10, 0x10, 0});  // behind an acquisition of the same lane
  trace.add(1, Release{10, 0x20, 0});
  trace.add(2, MoveBegin{10, 0x30});
  trace.add(3, acquire(10, 0x20));
  CHECK(merged(*open(trace)) == std::vector<std::string>{"1:10", "2:10", "0:10", "0:10", "3:10"});
}

TEST_CASE("random lanes come out sorted, over many blocks", "[reader]") {
  std::mt19937 random(7);
  TraceBuilder trace;
  trace.begin_image();
  constexpr std::size_t kLanes = 5, kRecords = 60'000;
  std::vector<std::uint64_t> times(kLanes);
  for (std::size_t i = 0; i < kRecords; ++i) {
    const auto lane = static_cast<std::uint32_t>(random() % kLanes);
    times[lane] += random() % 50;
    trace.add(lane, acquire(times[lane], random()));
  }
  const auto file = open(trace);
  CHECK(file->lanes(0)[0].blocks.size() > 1);
  std::size_t count = 0;
  std::uint64_t last = 0;
  MergedReader reader(*file, 0, nullptr, nullptr);
  while (const auto lane = reader.next()) {
    CHECK(reader.lane(*lane).ticks() >= last);
    last = reader.lane(*lane).ticks();
    reader.lane(*lane).take([&]<class Record>(const Record&) { count += std::is_same_v<Record, Acquire> ? 1 : 0; });
  }
  CHECK(count == kRecords);
}

TEST_CASE("limits say how far each lane is read", "[reader]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.add(0, acquire(1, 0x10));
  trace.add(1, acquire(2, 0x10));
  trace.seal(0);
  trace.add(0, acquire(3, 0x10));
  LaneLimits limits;
  for (const ForkPosition& position : trace.positions()) {
    limits[position.lane] = {position.sequence, position.payload_bytes};
  }
  CHECK(limits.size() == 2);
  trace.add(0, acquire(4, 0x10));
  trace.add(1, acquire(5, 0x10));
  trace.seal(0);
  trace.add(0, acquire(6, 0x10));
  trace.add(2, acquire(7, 0x10));
  Damage damage;
  CHECK(merged(*open(trace), &limits, &damage) == std::vector<std::string>{"0:1", "1:2", "0:3"});
  CHECK_FALSE(damage.any());
}

TEST_CASE("a lane can be looked ahead of without moving it", "[reader]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.add(7, acquire(1, 0x10));
  trace.add(7, Release{2, 0x20, 0});
  trace.seal(7);
  trace.add(7, acquire(3, 0x30));
  const auto file = open(trace);
  LaneReader reader(*file, file->lanes(0)[1], {}, nullptr);
  std::vector<std::uint64_t> ahead;
  const auto look = [&] {
    ahead.clear();
    reader.look_ahead([&]<class Record>(const Record& record) {
      if constexpr (Timed<Record>) ahead.push_back(record.time);
      return true;
    });
  };
  reader.take([&](const auto&) { look(); });
  CHECK(ahead == std::vector<std::uint64_t>{2, 3});
  CHECK(reader.ticks() == 2);
  reader.take([&](const auto&) { look(); });
  CHECK(ahead == std::vector<std::uint64_t>{3});
  CHECK(reader.has_record());
  reader.take([](const auto&) {});
  CHECK_FALSE(reader.has_record());
}

TEST_CASE("a lane names the block and the record that it could not read", "[reader]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.add(0, acquire(1, 0x10));
  std::vector<std::byte> bytes = trace.bytes(false);
  BlockHeader header{};
  std::memcpy(&header, bytes.data() + kHeaderBytes, sizeof header);
  // A type that no record has, right after the last record.
  const std::size_t end = kHeaderBytes + sizeof header + header.payload_bytes;
  bytes[end] = std::byte{0xfe};
  header.payload_bytes += 1;
  std::memcpy(bytes.data() + kHeaderBytes, &header, sizeof header);
  auto file = TraceFile::open(make_memory_source(bytes, "memory"));
  REQUIRE(file);
  Damage damage;
  CHECK(merged(**file, nullptr, &damage) == std::vector<std::string>{"0:1"});
  CHECK(damage.places == 1);
  CHECK(damage.notes.at(0) == "block at offset 4096: its record at offset " + std::to_string(end) + " is malformed");
}

}  // namespace
}  // namespace memline::trace
