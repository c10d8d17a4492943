// What users may write for moments, threads and spans of one image.
#include <limits>

#include "model/block_filter.h"
#include "model/heap_moment.h"
#include "model/thread_choice.h"
#include "support/catch.h"

namespace memline::model {
namespace {

replay::Image make_image() {
  replay::Image image;
  image.start.ticks = 1000;
  image.ticks_per_second = 100;
  image.threads = {{500, "app", 0, 0}, {501, "worker", 0, 0}, {502, "worker", 0, 0}, {7, "io-7", 0, 0}};
  image.marks = {{1100, ThreadId{std::size_t{0}}, "loaded", {}},
                 {1200, ThreadId{std::size_t{0}}, "step", {}},
                 {1300, ThreadId{std::size_t{0}}, "step", {}},
                 {1400, ThreadId{std::size_t{0}}, "odd#2", {}}};
  return image;
}

TEST_CASE("moments") {
  const replay::Image image = make_image();
  CHECK(find_moment(image, "peak")->kind == HeapMoment::Kind::kPeak);
  CHECK(find_moment(image, "end")->kind == HeapMoment::Kind::kEnd);
  CHECK(find_moment(image, "1.5")->ticks == 1150);
  CHECK(find_moment(image, "1.5s")->ticks == 1150);
  CHECK(find_moment(image, "1e300")->ticks > 1150);
  CHECK(find_moment(image, "mark:loaded")->ticks == 1100);
  CHECK(find_moment(image, "mark:step")->ticks == 1200);
  CHECK(find_moment(image, "mark:step#2")->ticks == 1300);
  CHECK(find_moment(image, "mark:odd#2")->ticks == 1400);
}

TEST_CASE("moments that are none") {
  const replay::Image image = make_image();
  for (const char* wrong : {"", "soon", "-1", "1.5x", "nan", "inf"}) {
    CAPTURE(wrong);
    REQUIRE_FALSE(find_moment(image, wrong));
    CHECK(find_moment(image, wrong).error().code == ExitCode::kUsage);
  }
  for (const char* missing : {"mark:none", "mark:step#3", "mark:step#0", "mark:"}) {
    CAPTURE(missing);
    REQUIRE_FALSE(find_moment(image, missing));
    CHECK(find_moment(image, missing).error().code == ExitCode::kNothing);
    CHECK(find_moment(image, missing).error().message.find("'loaded', 'step', 'odd#2'") != std::string::npos);
  }
}

std::vector<std::size_t> found(const std::string& wanted) {
  const replay::Image image = make_image();
  std::vector<std::size_t> numbers;
  for (const ThreadId thread : find_threads(image, wanted)) numbers.push_back(thread.index());
  return numbers;
}

TEST_CASE("threads go by name, glob, tid and index") {
  CHECK(found("worker") == std::vector<std::size_t>{1, 2});
  CHECK(found("io-*") == std::vector<std::size_t>{3});
  CHECK(found("501") == std::vector<std::size_t>{1});
  CHECK(found("#1") == std::vector<std::size_t>{1});
  CHECK(found("1") == std::vector<std::size_t>{1});
  CHECK(found("7") == std::vector<std::size_t>{3});  // a tid goes before an index
  CHECK(found("#9").empty());
  CHECK(found("nobody").empty());
}

replay::LiveBlock block(std::size_t thread, std::uint64_t ticks) {
  replay::LiveBlock live;
  live.thread = ThreadId{thread};
  live.acquired_ticks = ticks;
  return live;
}

TEST_CASE("blocks of chosen threads") {
  const replay::Image image = make_image();
  replay::EventFilter filter;
  CHECK(BlockFilter(image, filter).passes_all());
  filter.threads = {ThreadId{std::size_t{1}}};
  const BlockFilter blocks(image, filter);
  CHECK_FALSE(blocks.passes_all());
  CHECK_FALSE(blocks.needs_events());
  CHECK(blocks.contains(block(1, 5)));
  CHECK_FALSE(blocks.contains(block(0, 5)));
}

TEST_CASE("blocks that were acquired inside a span") {
  replay::Image image = make_image();
  // Thread 0 begins "work" twice; thread 1 attaches to it.
  image.spans = {{1, 0, "work", 1100, 1200, ThreadId{std::size_t{0}}},
                 {2, 0, "other", 1300, 1400, ThreadId{std::size_t{0}}},
                 {3, 0, "work", 1500, {}, ThreadId{std::size_t{0}}}};
  replay::EventFilter filter;
  filter.span = "work";
  BlockFilter blocks(image, filter);
  REQUIRE(blocks.needs_events());
  for (const auto& [thread, ticks] :
       {std::pair<std::size_t, std::uint64_t>{0, 1110}, {1, 1150}, {0, 1190}, {1, 1160}, {0, 1510}, {0, 1600}}) {
    replay::Change change;
    change.thread = ThreadId{thread};
    change.ticks = ticks;
    change.acquired_bytes = 8;
    change.acquired_blocks = 1;
    blocks.on_change(change);
  }
  CHECK(blocks.contains(block(0, 1110)));
  CHECK(blocks.contains(block(0, 1190)));
  CHECK(blocks.contains(block(1, 1150)));
  CHECK(blocks.contains(block(0, 1600)));
  CHECK_FALSE(blocks.contains(block(0, 1050)));
  CHECK_FALSE(blocks.contains(block(0, 1350)));  // between the two
  CHECK_FALSE(blocks.contains(block(1, 1170)));  // thread 1 was not inside any more
  CHECK_FALSE(blocks.contains(block(2, 1150)));
}

}  // namespace
}  // namespace memline::model
