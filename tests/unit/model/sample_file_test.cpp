#include "model/samples/sample_file.h"

#include "model/samples/sample_timeline.h"
#include "support/catch.h"

namespace memline::model {
namespace {

constexpr double kMiB = 1 << 20;

/// Written by hand as mprof run writes it; all numbers are exact in binary.
constexpr char kDat[] =
    "CMDLINE python work.py --fast\n"
    "MEM 10.500000 1000.0000\n"
    "CHLD 77 3.250000 1000.5000\n"
    "MEM 30.250000 1000.5000\n"
    "FUNC work.fill 10.5000 1000.2500 30.2500 1000.7500 1\n"
    "MEM 40.000000 1001.0000\n"
    "FUNC __main__.fill 1.0000 1001.5000 2.0000 1001.7500\n"
    "MEM 12.000000 1002.0000\n";

TEST_CASE("a .dat of memory_profiler") {
  const auto file = parse_samples(kDat, "mprof.dat");
  REQUIRE(file);
  CHECK(file->command == "python work.py --fast");
  REQUIRE(file->watched.samples.size() == 4);
  CHECK(file->watched.samples[1].time == 1000.5);
  CHECK(file->watched.samples[1].bytes == 30.25 * kMiB);
  REQUIRE(file->children.size() == 1);
  CHECK(file->children[0].pid == 77);
  REQUIRE(file->calls.size() == 2);
  CHECK(file->calls[0].function == "work.fill");
  CHECK(file->calls[0].end.time == 1000.75);
  CHECK_FALSE(file->cut_off);
  CHECK(highest_sample(*file, "")->bytes == 40 * kMiB);
  CHECK(highest_sample(*file, "fill")->bytes == 30.25 * kMiB);
  CHECK(highest_sample(*file, "work.fill")->bytes == 30.25 * kMiB);
  CHECK_FALSE(highest_sample(*file, "ill"));
}

TEST_CASE("the CSV of memline sample: the first process is the watched one") {
  const auto file = parse_samples("time,pid,pss\n5.5,42,4096\n5.5,43,100\n5.75,42,8192\n", "a.csv");
  REQUIRE(file);
  CHECK(file->metric == "pss");
  CHECK(file->watched.pid == 42);
  CHECK(file->watched.samples.size() == 2);
  CHECK(file->watched.samples[1].bytes == 8192);
  REQUIRE(file->children.size() == 1);
  CHECK(file->children[0].pid == 43);
}

TEST_CASE("as memory over time it begins with its first sample") {
  const auto file = parse_samples(kDat, "mprof.dat");
  REQUIRE(file);
  SampleRequest request;
  request.fit = true;
  auto timeline = sample_timeline(*file, request);
  REQUIRE(timeline);
  CHECK(timeline->to == 2);
  REQUIRE(timeline->curves.size() == 2);
  CHECK(timeline->curves[0].kind == CurveKind::kSamples);
  CHECK(timeline->curves[0].peak->seconds == 1);
  // times 0, 0.5, 1, 2 about 0.875; values 10.5, 30.25, 40, 12 about 23.1875: covariance -2.03125, variance 2.1875
  CHECK(timeline->curves[0].fit->per_second / kMiB > -2.03125 / 2.1875 - 1e-9);
  CHECK(timeline->curves[0].fit->per_second / kMiB < -2.03125 / 2.1875 + 1e-9);
  CHECK(timeline->curves[1].name == "child 77");
  REQUIRE(timeline->stretches.size() == 2);
  CHECK(timeline->stretches[0].begin.seconds == 0.25);
  CHECK(timeline->stretches[0].end.bytes == 30.25 * kMiB);

  request.from = 0.75;
  request.functions = {"__main__.fill"};
  timeline = sample_timeline(*file, request);
  REQUIRE(timeline);
  CHECK(timeline->curves.size() == 1);
  REQUIRE(timeline->curves[0].points.size() == 3);
  // halfway between the samples at 0.5 and 1, where the window begins
  CHECK(timeline->curves[0].points[0].seconds == 0.75);
  CHECK(timeline->curves[0].points[0].bytes == 35.125 * kMiB);
  CHECK(timeline->curves[0].peak->seconds == 1);
  CHECK(timeline->stretches.size() == 1);
  request.from = 1.25;
  request.to = 1.5;
  timeline = sample_timeline(*file, request);
  REQUIRE(timeline);
  REQUIRE(timeline->curves[0].points.size() == 2);  // no sample lies in it
  CHECK(timeline->curves[0].points[0].bytes == 33 * kMiB);
  CHECK(timeline->curves[0].points[1].bytes == 26 * kMiB);
  request.to = std::nullopt;
  request.functions = {"nothing"};
  CHECK(sample_timeline(*file, request).error().code == ExitCode::kNothing);
  request.from = 7;
  CHECK(sample_timeline(*file, request).error().code == ExitCode::kNothing);
}

TEST_CASE("of many children the largest are shown") {
  std::string text = "MEM 1 1\n";
  for (int pid = 1; pid <= 500; ++pid) text += "CHLD " + std::to_string(pid) + ' ' + std::to_string(pid) + " 1\n";
  const auto timeline = sample_timeline(*parse_samples(text, "many.dat"), {});
  REQUIRE(timeline);
  CHECK(timeline->curves.size() == 10);
  CHECK(timeline->curves[1].name == "child 500");
  CHECK(timeline->curves[9].name == "child 492");
  CHECK(timeline->notes == std::vector<std::string>{"491 smaller children not shown."});
}

TEST_CASE("a last line that is not whole is left out, and said to be") {
  const auto file = parse_samples("MEM 1.0 5.0\nMEM 2.0 6.", "cut.dat");
  REQUIRE(file);
  CHECK(file->cut_off);
  CHECK(file->watched.samples.size() == 1);
  CHECK(sample_timeline(*file, {})->notes.size() == 1);
}

TEST_CASE("what is no sample is named with its line") {
  for (const char* const line : {"MEM 1", "MEM x 5", "MEM nan 5", "CHLD 1 2", "FUNC f 1 2 3", "BOGUS", "MEM 1 2 3"}) {
    INFO(line);
    const auto file = parse_samples(std::string("MEM 1 1\n") + line + "\n", "bad.dat");
    REQUIRE_FALSE(file);
    CHECK(file.error().code == ExitCode::kUnreadable);
    CHECK(file.error().message.find("line 2") != std::string::npos);
  }
  for (const char* const line : {"1,2", "1,0,5", "1,-2,5", "x,1,5", "1,2,3,4"}) {
    INFO(line);
    CHECK_FALSE(parse_samples(std::string("time,pid,rss\n1,1,1\n") + line + "\n", "bad.csv"));
  }
  CHECK(parse_samples("time,pid,rss\n", "none.csv").error().code == ExitCode::kNothing);
  CHECK(looks_like_samples("MEM 1 2"));
  CHECK_FALSE(looks_like_samples(std::string_view("MLTRACE\0", 8)));
}

}  // namespace
}  // namespace memline::model
