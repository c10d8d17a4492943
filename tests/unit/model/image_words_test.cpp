// What users may write for moments, threads and spans of one image.
#include <limits>

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
  CHECK(find_moment(image, "250ms")->ticks == 1025);
  CHECK(find_moment(image, "20000us")->ticks == 1002);
  CHECK(find_moment(image, "0.5min")->ticks == 4000);
  CHECK(find_moment(image, "1h")->ticks == 361000);
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
    CHECK(find_moment(image, missing, "t.bin").error().code == ExitCode::kNothing);
    CHECK(find_moment(image, missing, "t.bin").error().path == "t.bin");
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

}  // namespace
}  // namespace memline::model
