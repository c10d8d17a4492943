#include "lane.h"

#include <fcntl.h>

#include <filesystem>
#include <memory>

#include "lane_pool.h"
#include "records_of.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::capture;
using memline::testing::ScratchFolder;

namespace {

struct Fixture {
  ScratchFolder folder;
  Clock clock;
  std::unique_ptr<TraceSpace> space = std::make_unique<TraceSpace>();
  std::unique_ptr<LanePool> pool = std::make_unique<LanePool>();
  LaneContext context;

  explicit Fixture(std::uint64_t max_bytes = 0) {
    PathText path;
    path.add(folder / "t");
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(space->open(fd, path, max_bytes));
    clock.choose();
    context = {space.get(), &clock, 0};
  }
  ~Fixture() {
    pool->reset(nullptr);
    space->abandon(false);
  }
  std::string bytes() const { return testing::file_bytes(folder / "t"); }
};

trace::Acquire acquire(std::uint64_t time, std::uint64_t size) {
  return {time, size * 16, size, 1, trace::Origin::kMalloc};
}

}  // namespace

TEST_CASE("records are in the file as soon as they are written", "[lane]") {
  Fixture f;
  Lane* const lane = f.pool->claim(f.context, true);
  REQUIRE(lane != nullptr);
  trace::Acquire record = acquire(f.clock.now(), 4251);
  REQUIRE(lane->write(record));
  const auto found = testing::all_of<trace::Acquire>(f.bytes());
  REQUIRE(found.size() == 1);
  CHECK(found[0].size_bytes == 4251);
  CHECK(found[0].time == record.time);
}

TEST_CASE("a full block is sealed and the next one goes on, with nothing lost", "[lane]") {
  Fixture f;
  Lane* const lane = f.pool->claim(f.context, true);
  constexpr std::uint64_t kCount = 50000;  // at least 8 bytes each: several blocks
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    trace::Acquire record = acquire(f.clock.now(), i * 1000);
    REQUIRE(lane->write(record));
  }
  const std::string bytes = f.bytes();
  const auto found = testing::all_of<trace::Acquire>(bytes);
  REQUIRE(found.size() == kCount);
  for (std::uint64_t i = 0; i < kCount; ++i) REQUIRE(found[i].size_bytes == (i + 1) * 1000);
  for (std::uint64_t i = 1; i < kCount; ++i) REQUIRE(found[i].time >= found[i - 1].time);
  std::vector<trace::BlockHeader> blocks;
  testing::RecordVisitor visitor([&](const trace::BlockHeader& header, const auto&) {
    if (blocks.empty() || blocks.back().sequence != header.sequence) blocks.push_back(header);
  });
  REQUIRE(visitor.file(bytes));
  REQUIRE(blocks.size() > 3);
  CHECK(lane->sequence() == blocks.size() - 1);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    CHECK(blocks[i].sequence == i);
    const bool last = i + 1 == blocks.size();
    CHECK(blocks[i].state == static_cast<std::uint32_t>(last ? trace::BlockState::kOpen : trace::BlockState::kSealed));
  }
  CHECK(lane->committed_bytes() == blocks.back().payload_bytes);
}

TEST_CASE("a time that goes back is raised to the last one", "[lane]") {
  Fixture f;
  Lane* const lane = f.pool->claim(f.context, true);
  trace::Acquire first = acquire(f.clock.now() + 1000, 1);
  trace::Acquire second = acquire(first.time - 500, 2);
  lane->write(first);
  lane->write(second);
  CHECK(second.time == first.time);
  const auto found = testing::all_of<trace::Acquire>(f.bytes());
  REQUIRE(found.size() == 2);
  CHECK(found[1].time == found[0].time);
}

TEST_CASE("a lane that was left in the middle goes on in a new block", "[lane]") {
  Fixture f;
  Lane* const lane = f.pool->claim(f.context, true);
  for (std::uint64_t i = 1; i <= 10; ++i) {
    trace::Acquire record = acquire(f.clock.now(), i);
    lane->write(record);
  }
  lane->recover();
  trace::Acquire record = acquire(f.clock.now(), 11);
  REQUIRE(lane->write(record));
  CHECK(lane->sequence() == 1);
  CHECK(testing::all_of<trace::Acquire>(f.bytes()).size() == 11);
}

TEST_CASE("a lane without space says why", "[lane]") {
  Fixture f(trace::kHeaderBytes + trace::kBlockBytes);
  Lane* const lane = f.pool->claim(f.context, true);
  std::uint64_t written = 0;
  for (; written < 100000; ++written) {
    trace::Acquire record = acquire(f.clock.now(), written + 1);
    if (!lane->write(record)) break;
  }
  CHECK(lane->fault() == SpaceFault::kLimit);
  CHECK(testing::all_of<trace::Acquire>(f.bytes()).size() == written);
}

TEST_CASE("lanes are handed out lowest first and handed on", "[lane_pool]") {
  Fixture f;
  Lane* const first = f.pool->claim(f.context, true);
  Lane* const second = f.pool->claim(f.context, true);
  CHECK(first->index() == 0);
  CHECK(second->index() == 1);
  f.pool->give_back(*first);
  CHECK(f.pool->claim(f.context, true) == first);
  Lane* const third = f.pool->claim(f.context, true);
  CHECK(third->index() == 2);
}

TEST_CASE("where nothing may be mapped only lanes that exist are handed out", "[lane_pool]") {
  Fixture f;
  CHECK(f.pool->claim(f.context, false) == nullptr);
  Lane* const lane = f.pool->claim(f.context, true);
  f.pool->give_back(*lane);
  CHECK(f.pool->claim(f.context, false) == lane);
  CHECK(f.pool->claim(f.context, false) == nullptr);
}

TEST_CASE("lanes beyond the first word of the pool work, and there is a last one", "[lane_pool]") {
  Fixture f;
  std::uint32_t count = 0;
  while (count < 200 && f.pool->claim(f.context, true) != nullptr) ++count;
  CHECK(count == 200);
  CHECK(f.pool->at(199)->index() == 199);
  CHECK(f.pool->at(200) == nullptr);
}

TEST_CASE("every lane is visited once, and none after a reset", "[lane_pool]") {
  Fixture f;
  for (int i = 0; i < 70; ++i) REQUIRE(f.pool->claim(f.context, true) != nullptr);
  std::uint32_t next = 0;
  f.pool->for_each([&](const Lane& lane) { CHECK(lane.index() == next++); });
  CHECK(next == 70);
  f.pool->reset(nullptr);
  f.pool->for_each([&](const Lane&) { ++next; });
  CHECK(next == 70);
}
