#include "model/region_tracker.h"

#include <limits>
#include <optional>
#include <vector>

#include "event_script.h"
#include "fake_stacks.h"
#include "support/catch.h"

namespace memline::model {
namespace {

/// A program whose threads call f from two places, on an image of 1024 ticks a second.
struct Program {
  FakeStacks stacks;
  FileId file = stacks.add_file("/src/app.cpp");
  FunctionId main_function = stacks.add_function("main", file);
  FunctionId f = stacks.add_function("f", file);
  NodeId main_at_3 = stacks.call({}, {stacks.at(main_function, 3)});
  NodeId main_at_4 = stacks.call({}, {stacks.at(main_function, 4)});
  NodeId f_from_3 = stacks.call(main_at_3, {stacks.at(f, 10)});
  NodeId f_from_4 = stacks.call(main_at_4, {stacks.at(f, 10)});
  std::vector<FunctionId> chosen{f};
  replay::Image image;
  std::optional<CounterColumns> counters;
  std::vector<Region> ended;

  Program() {
    image.ticks_per_second = 1024;
    image.threads.resize(2);
    image.threads[0].tid = 71;
    image.threads[1].tid = 72;
  }
  RegionTracker track(RegionMetric metric = RegionMetric::kHeap) {
    counters.emplace(image);
    return {stacks, chosen, {"f"}, image, *counters, metric, [this](const Region& region) { ended.push_back(region); }};
  }
  void add_span(std::uint64_t token, std::string name) {
    replay::Span span;
    span.token = token;
    span.name = std::move(name);
    image.spans.push_back(span);
  }
};

TEST_CASE("a run of a function is a region from its first event to its last") {
  Program program;
  RegionTracker tracker = program.track();
  EventScript script(tracker);
  script.allocate(0, program.main_at_3, 1000);
  script.set_ticks(100);
  script.allocate(0, program.f_from_3, 10);
  const auto temporary = script.allocate(0, program.f_from_3, 50);
  script.set_ticks(356);
  script.free(0, program.f_from_3, temporary);
  CHECK(program.ended.empty());
  script.set_ticks(900);
  script.allocate(0, program.main_at_3, 5000);  // what comes after is no part of it
  REQUIRE(program.ended.size() == 1);
  const Region& run = program.ended[0];
  CHECK(run.kind == RegionKind::kFunction);
  CHECK(run.name == "f");
  CHECK(run.tid == 71);
  CHECK(run.memory_delta == 10);
  CHECK(run.memory_peak == 50);
  CHECK(run.memory_usage == 1010);
  CHECK(run.time_delta == 0.25);
  CHECK(run.end_ticks == 356);
  CHECK(run.seen_ticks == 900);  // before that, it might have gone on
  tracker.finish();
  CHECK(program.ended.size() == 1);
}

TEST_CASE("calls from two places are two runs, and the last one ends with the program") {
  Program program;
  RegionTracker tracker = program.track();
  EventScript script(tracker);
  script.allocate(0, program.f_from_3, 10);
  script.allocate(0, program.f_from_4, 20);
  REQUIRE(program.ended.size() == 1);
  CHECK(program.ended[0].memory_delta == 10);
  tracker.finish();
  REQUIRE(program.ended.size() == 2);
  CHECK(program.ended[1].memory_delta == 20);
  CHECK(program.ended[1].memory_usage == 30);
  CHECK(program.ended[1].seen_ticks == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("a region sees what all threads do, a run ends by its own thread alone") {
  Program program;
  RegionTracker tracker = program.track();
  EventScript script(tracker);
  script.allocate(0, program.f_from_3, 10);
  const auto others = script.allocate(1, program.main_at_3, 700);
  script.free(1, program.main_at_3, others);
  script.allocate(0, program.f_from_3, 5);
  tracker.finish();
  REQUIRE(program.ended.size() == 1);
  CHECK(program.ended[0].memory_delta == 15);
  CHECK(program.ended[0].memory_peak == 10 + 700 - 15);
}

TEST_CASE("spans that overlap have their own peaks") {
  Program program;
  program.add_span(1, "outer");
  program.add_span(2, "inner");
  program.add_span(3, "open");
  RegionTracker tracker = program.track();
  EventScript script(tracker);
  tracker.on_span_begin(ThreadId{std::size_t{0}}, 1, 100);
  const auto first = script.allocate(0, program.main_at_3, 100);
  script.free(0, program.main_at_3, first);
  tracker.on_span_begin(ThreadId{std::size_t{1}}, 2, 200);
  script.allocate(0, program.main_at_3, 30);
  tracker.on_span_end(1, 356);
  script.allocate(1, program.main_at_3, 40);
  tracker.on_span_end(2, 1224);
  tracker.on_span_begin(ThreadId{std::size_t{1}}, 3, 1300);
  CHECK(tracker.finish() == 1);
  REQUIRE(program.ended.size() == 2);
  CHECK(program.ended[0].name == "outer");
  CHECK(program.ended[0].memory_delta == 30);
  CHECK(program.ended[0].memory_peak == 70);
  CHECK(program.ended[0].time_delta == 0.25);
  CHECK(program.ended[1].name == "inner");
  CHECK(program.ended[1].tid == 72);
  CHECK(program.ended[1].memory_delta == 70);
  CHECK(program.ended[1].memory_peak == 0);
  CHECK(program.ended[1].time_delta == 1.0);
}

TEST_CASE("a region's RSS is that of the samples up to its ends") {
  Program program;
  program.add_span(1, "work");
  program.image.rss = {{50, 1000}, {150, 5000}, {250, 3000}, {400, 9000}};
  RegionTracker tracker = program.track(RegionMetric::kRss);
  tracker.on_span_begin(ThreadId{std::size_t{0}}, 1, 100);
  tracker.on_span_end(1, 300);
  REQUIRE(program.ended.size() == 1);
  CHECK(program.ended[0].memory_delta == 2000);
  CHECK(program.ended[0].memory_peak == 2000);
  CHECK(program.ended[0].memory_usage == 3000);
}

TEST_CASE("what a filter hides changes the memory all the same") {
  Program program;
  program.add_span(1, "work");
  RegionTracker tracker = program.track();
  EventScript script(tracker);
  const auto block = script.allocate(0, program.main_at_3, 100);
  tracker.on_span_begin(ThreadId{std::size_t{0}}, 1, 10);
  script.free_unobserved(1, block);
  tracker.on_span_end(1, 20);
  REQUIRE(program.ended.size() == 1);
  CHECK(program.ended[0].memory_delta == -100);
  CHECK(program.ended[0].memory_peak == 100);
}

constexpr std::uint32_t kFaults = 0, kTime = 1;

/// Has two counters: every page fault, and one sample for each 1000 ns.
struct CountedProgram : Program {
  ModuleId profiler = stacks.add_module("/usr/lib/libmemline.so");
  NodeId in_memline = stacks.call({}, {}, profiler);

  CountedProgram() {
    replay::CounterInfo faults, time;
    faults.name = "page-faults";
    faults.interval = 1;
    time.name = "task-clock";
    time.unit = trace::CounterUnit::kNanoseconds;
    time.interval = 1000;
    faults.asked_for = time.asked_for = true;
    image.counters = {faults, time};
  }
  void sample(RegionTracker& tracker, std::size_t thread, std::uint32_t counter, std::uint64_t value, NodeId stack) {
    replay::SampleEvent event;
    event.thread = ThreadId{thread};
    event.counter = counter;
    event.value = value;
    event.stack = stack;
    tracker.on_sample(event);
  }
  void fault(RegionTracker& tracker, std::size_t thread, int times = 1) {
    for (int i = 0; i < times; ++i) sample(tracker, thread, kFaults, 1, main_at_3);
  }
  static std::uint64_t faults_of(const Region& region) {
    return region.counters.empty() ? 0 : region.counters[kFaults].value;
  }
};

TEST_CASE("a span has the samples of the threads that work for it") {
  CountedProgram program;
  for (std::uint64_t token : {1, 2}) program.add_span(token, token == 1 ? "outer" : "inner");
  program.image.spans[1].parent = 1;
  RegionTracker tracker = program.track();
  const ThreadId first{std::size_t{0}}, second{std::size_t{1}};
  program.fault(tracker, 0);
  tracker.on_span_begin(first, 1, 100);
  program.fault(tracker, 0, 2);
  program.fault(tracker, 1, 4);
  tracker.on_span_attach(second, 1);
  program.fault(tracker, 1, 8);
  tracker.on_span_begin(first, 2, 110);
  program.fault(tracker, 0, 16);
  program.fault(tracker, 1, 32);
  tracker.on_span_detach(second, 1);
  program.fault(tracker, 1, 64);
  tracker.on_span_attach(second, 2);  // and so for the outer one as well
  program.fault(tracker, 1, 128);
  tracker.on_span_end(2, 120);
  program.fault(tracker, 0, 256);
  program.fault(tracker, 1, 512);  // its span has ended
  program.sample(tracker, 0, kTime, 1000, program.main_at_4);
  program.sample(tracker, 0, kTime, 3000, program.main_at_4);
  program.sample(tracker, 0, kTime, 5000, program.in_memline);
  tracker.on_span_end(1, 130);
  program.fault(tracker, 0);
  REQUIRE(program.ended.size() == 2);
  CHECK(CountedProgram::faults_of(program.ended[0]) == 16 + 128);
  CHECK(CountedProgram::faults_of(program.ended[1]) == 2 + 8 + 16 + 32 + 128 + 256);
  CHECK(program.ended[1].counters[kTime].value == 4000);
  CHECK(program.ended[1].counters[kTime].samples == 2);
}

TEST_CASE("spans that a damaged trace makes each other's parents end all the same") {
  CountedProgram program;
  for (std::uint64_t token : {1, 2}) program.add_span(token, "span");
  program.image.spans[0].parent = 2;
  program.image.spans[1].parent = 1;
  RegionTracker tracker = program.track();
  tracker.on_span_begin(ThreadId{std::size_t{0}}, 1, 100);
  tracker.on_span_begin(ThreadId{std::size_t{0}}, 2, 100);
  program.fault(tracker, 0);
  tracker.on_span_end(2, 110);
  tracker.on_span_end(1, 110);
  REQUIRE(program.ended.size() == 2);
  CHECK(CountedProgram::faults_of(program.ended[0]) == 1);
  CHECK(CountedProgram::faults_of(program.ended[1]) == 1);
}

TEST_CASE("a run has the samples of its thread from its first event to its last") {
  CountedProgram program;
  RegionTracker tracker = program.track();
  EventScript script(tracker);
  program.fault(tracker, 0);
  script.allocate(0, program.f_from_3, 10);
  program.fault(tracker, 0, 2);
  program.fault(tracker, 1, 4);
  script.allocate(0, program.f_from_3, 10);
  program.fault(tracker, 0, 8);
  script.allocate(0, program.main_at_3, 10);
  program.fault(tracker, 0, 16);
  tracker.finish();
  REQUIRE(program.ended.size() == 1);
  CHECK(CountedProgram::faults_of(program.ended[0]) == 2);
}

}  // namespace
}  // namespace memline::model
