// What a trace says besides its events.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using testing::Script;
using testing::TraceBuilder;

constexpr ThreadId kThread0{std::size_t{0}};

bool near(double value, double expected) {
  return std::abs(value - expected) < 1e-9 * std::abs(expected);
}

TEST_CASE("an image keeps what its records say about the program", "[scan]") {
  Script s;
  s.trace.add(0, trace::Module{2, 3, 0x7000, 0x9000, 0x7000, 0, "\x01\xff", "/lib/libz.so"});
  s.malloc(0, 0x1000, 10, s.a);
  s.free(0, 0x1000, s.a);
  const replay::Recording recording = s.trace.scan();
  CHECK(recording.path == "memory");
  CHECK(recording.header.pid == 100);
  CHECK_FALSE(recording.still_running);
  CHECK(recording.losses.complete);
  REQUIRE(recording.images.size() == 1);
  const replay::Image& image = recording.images[0];
  CHECK(image.executable == "/bin/guest");
  CHECK(image.command == std::vector<std::string>{"guest", "arg"});
  CHECK(image.working_dir == "/tmp");
  CHECK(image.host == "host");
  CHECK(image.allocator == "/lib/libc.so.6");
  CHECK(image.unwinder == "memline");
  CHECK(image.start.pid == 100);
  CHECK(image.start.free_stacks == 1);
  REQUIRE(image.modules.size() == 2);
  CHECK(image.modules[0].main_executable);
  CHECK(image.modules[1].path == "/lib/libz.so");
  CHECK(image.modules[1].build_id == "\x01\xff");
  CHECK(image.modules[1].generation == 3);
  CHECK(image.modules[1].bias == 0x7000);
  CHECK(image.modules[1].known);
  CHECK(image.events == 2);
  CHECK(image.acquired_bytes == 10);
  CHECK(image.last_ticks == 2);
  CHECK(image.unknown_thread.none());
}

TEST_CASE("arguments may be empty, and the last may be cut", "[scan]") {
  trace::ImageStart start = TraceBuilder::image_start();
  start.command_line = std::string_view("a\0\0b", 4);
  TraceBuilder trace;
  trace.begin_image(start);
  CHECK(trace.scan().images.at(0).command == std::vector<std::string>{"a", "", "b"});
}

TEST_CASE("threads: the last name counts, and a lane may pass from one to another", "[scan]") {
  Script s;
  s.malloc(1, 0x1000, 10, s.d);
  s.trace.add(1, trace::ThreadEnd{++s.time});
  s.trace.thread(1, 2, "second");
  s.malloc(1, 0x2000, 10, s.d);
  s.trace.thread(0, 0, "renamed");
  s.run();
  const auto& threads = s.recording.images.at(0).threads;
  REQUIRE(threads.size() == 3);
  CHECK(threads[0].name == "renamed");
  CHECK(threads[1].name == "worker");
  CHECK(threads[1].last_ticks == 2);
  CHECK(threads[2].name == "second");
  CHECK(threads[2].tid == 102);
  CHECK(threads[2].first_ticks == 3);
  CHECK(s.seen.changes.at(0).change.thread == ThreadId{std::size_t{1}});
  CHECK(s.seen.changes.at(1).change.thread == ThreadId{std::size_t{2}});
}

TEST_CASE("lanes that share stacks share nodes", "[scan]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.thread(1, 1);
  trace.stack(0, {0x10, 0x20, 0x30});
  trace.stack(1, {0x10, 0x20, 0x40});
  trace.stack(1, {0x10, 0x20, 0x30});
  const replay::Recording recording = trace.scan();
  const replay::StackTable& stacks = recording.images.at(0).stacks;
  CHECK(stacks.size() == replay::kFirstFrameNode + 4);
}

TEST_CASE("every stack is its caller's and its own frames, however many records come at once", "[scan]") {
  constexpr std::uint32_t kRecords = 400;
  TraceBuilder trace;
  trace.begin_image();
  std::vector<std::vector<std::uint64_t>> path_of_id = {{}};  // id 0: the start of the program
  std::uint32_t next_id = 1;
  for (std::uint32_t i = 0; i < kRecords; ++i) {
    // Callers near and far back; few enough frames that many ids are of a stack that is known already.
    trace::Stack record{};
    record.first_id = next_id;
    record.parent = i % 7 == 0 ? 0 : (i * i * 2654435761U) % next_id;
    record.count = 1 + i % 4;
    std::vector<std::uint64_t> path = path_of_id[record.parent];
    for (std::uint32_t frame = 0; frame < record.count; ++frame) {
      record.frames[frame] = {1, 0x10 + (i + frame) % 3, false};
      path.push_back(record.frames[frame].offset);
      path_of_id.push_back(path);
    }
    next_id += record.count;
    trace.add(0, record);
    trace::Stack impossible = record;
    impossible.frames[0].module = 0xffffffff >> 1;
    if (i == kRecords / 2) trace.add(0, impossible);
  }
  const replay::Recording recording = trace.scan();
  CHECK(recording.losses.damaged_places == 1);
  const replay::Image& image = recording.images.at(0);
  const replay::LaneStacks& lane = image.lane_stacks.at(0);
  for (std::uint32_t id = 1; id < next_id; ++id) {
    std::vector<std::uint64_t> path;
    NodeId node = lane.find(id);
    for (; image.stacks.is_frame(node); node = image.stacks.node(node).parent) {
      path.push_back(image.stacks.node(node).offset);
    }
    std::reverse(path.begin(), path.end());
    INFO("id " << id);
    REQUIRE(path == path_of_id[id]);
    REQUIRE(node == replay::StackTable::root(trace::StackEnd::kRoot));
  }
  const std::set<std::vector<std::uint64_t>> distinct(path_of_id.begin() + 1, path_of_id.end());
  CHECK(distinct.size() + 1 < path_of_id.size());
  CHECK(image.stacks.size() == replay::kFirstFrameNode + distinct.size());
}

TEST_CASE("a stack record may hang on an earlier one, and named frames among native ones", "[scan]") {
  Script s;
  trace::Stack tail{};
  tail.first_id = 50;
  tail.parent = s.a;
  tail.count = 1;
  tail.frames[0] = {0, 0xdeadbeef, true};
  s.trace.add(0, tail);
  s.trace.add(0, trace::NamedFrame{51, 50, 12, "run.py", "main"});
  s.malloc(0, 0x1000, 1, 51);
  s.run();
  const replay::StackTable& stacks = s.recording.images.at(0).stacks;
  const NodeId leaf = s.seen.changes.at(0).change.stack;
  const replay::Node& named = stacks.node(leaf);
  REQUIRE(named.named >= 0);
  CHECK(stacks.named_frame(named.named).file == "run.py");
  CHECK(stacks.named_frame(named.named).function == "main");
  CHECK(stacks.named_frame(named.named).line == 12);
  const replay::Node& native = stacks.node(named.parent);
  CHECK(native.module.none());
  CHECK(native.offset == 0xdeadbeef);
  CHECK(native.exact);
  CHECK(s.leaf(native.parent) == 0x1a);
  CHECK(stacks.end(leaf) == trace::StackEnd::kRoot);
}

TEST_CASE("the clock's rate comes from the first and the last pair", "[scan]") {
  trace::ImageStart start = TraceBuilder::image_start();
  start.ticks_are_ns = 0;
  start.ticks = 1000;
  start.monotonic_ns = 5'000'000'000;
  TraceBuilder trace;
  trace.begin_image(start);
  trace.add(0, trace::Clock{1500, 5'900'000'000});  // in between: does not matter
  trace.add(0, trace::Tick{3000, 7'000'000'000, 10});
  const replay::Recording recording = trace.scan();
  const replay::Image& image = recording.images.at(0);
  CHECK(near(image.ticks_per_second, 1000.0));
  CHECK(near(image.seconds_since_start(2000), 1.0));
  CHECK(near(image.seconds_since_start(500), -0.5));
}

TEST_CASE("ticks that are shifted nanoseconds need no pairs", "[scan]") {
  trace::ImageStart start = TraceBuilder::image_start();
  start.time_shift = 3;
  TraceBuilder trace;
  trace.begin_image(start);
  CHECK(near(trace.scan().images.at(0).ticks_per_second, 1e9 / 8));
}

TEST_CASE("marks and spans are in the order of time, whatever lane they stand in", "[scan]") {
  Script s;
  s.trace.add(1, trace::Mark{30, 1, 2.5, "later"});
  s.trace.add(0, trace::Mark{10, 0, 0, "sooner"});
  s.trace.add(0, trace::SpanBegin{40, 2, 1, "inner"});
  s.trace.add(1, trace::SpanBegin{35, 1, 0, "outer"});
  s.trace.add(1, trace::SpanEnd{60, 2});  // by another thread
  const replay::Recording recording = s.trace.scan();
  const replay::Image& image = recording.images.at(0);
  REQUIRE(image.marks.size() == 2);
  CHECK(image.marks[0].name == "sooner");
  CHECK_FALSE(image.marks[0].value.has_value());
  CHECK(image.marks[0].thread == kThread0);
  CHECK(image.marks[1].value == 2.5);
  REQUIRE(image.spans.size() == 2);
  CHECK(image.spans[0].name == "outer");
  CHECK_FALSE(image.spans[0].end_ticks.has_value());
  CHECK(image.spans[1].parent == 1);
  CHECK(image.spans[1].end_ticks == 60);
}

TEST_CASE("samples of the resident set are thinned, but no maximum is lost", "[scan]") {
  TraceBuilder trace;
  trace.begin_image();
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    const std::uint64_t pages = i == 12'345 ? 7000 : i == 20 ? 6000 : i % 100;
    trace.add(0, trace::Tick{i * 10, i * 10, pages});
  }
  const replay::Recording recording = trace.scan();
  const auto& rss = recording.images.at(0).rss;
  CHECK(rss.size() <= 4096);
  CHECK(rss.size() >= 1024);
  const auto has = [&](replay::RssSample wanted) {
    return std::any_of(rss.begin(), rss.end(), [&](const replay::RssSample& sample) {
      return sample.ticks == wanted.ticks && sample.rss_bytes == wanted.rss_bytes;
    });
  };
  CHECK(has({123'450, 7000 * 4096}));
  CHECK(has({200, 6000 * 4096}));
  CHECK(std::is_sorted(rss.begin(), rss.end(), [](const auto& a, const auto& b) { return a.ticks < b.ticks; }));
}

TEST_CASE("how an image ended", "[scan]") {
  Script s;
  auto& header = s.trace.header();
  header.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kUnknown);
  const auto image = [&] { return s.trace.scan().images.back(); };
  SECTION("nobody knows") {
    CHECK(image().exit_kind == trace::ExitKind::kUnknown);
  }
  SECTION("by its own record; the last one wins") {
    s.trace.add(0, trace::Exit{5, 5, trace::ExitKind::kExit, 1});
    s.trace.add(1, trace::Exit{9, 9, trace::ExitKind::kExit, 3});
    CHECK(image().exit_kind == trace::ExitKind::kExit);
    CHECK(image().exit_code == 3);
  }
  SECTION("by a signal that only the header knows") {
    s.trace.add(0, trace::Exit{5, 5, trace::ExitKind::kExit, 1});
    header.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kSignal);
    header.exit_code = 11;
    CHECK(image().exit_kind == trace::ExitKind::kSignal);
    CHECK(image().exit_code == 11);
  }
  SECTION("by exec of a program that was not recorded") {
    header.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kExit);
    s.trace.add(0, trace::Exec{5, "/bin/static"});
    CHECK(image().exit_kind == trace::ExitKind::kExec);
    CHECK(image().exec_path == "/bin/static");
  }
  SECTION("not by an exec that failed") {
    s.trace.add(0, trace::Exec{5, "/nowhere"});
    s.trace.add(0, trace::ExecFailed{6});
    CHECK(image().exit_kind == trace::ExitKind::kUnknown);
    CHECK(image().exec_path.empty());
  }
}

TEST_CASE("exec goes on in the same trace as a new image, with nothing of the old one", "[scan][exec]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.trace.add(0, trace::Exec{50, "/bin/next"});
  trace::ImageStart next = TraceBuilder::image_start();
  next.executable = "/bin/next";
  next.ticks = 60;
  s.trace.begin_image(next);
  const std::uint32_t stack = s.trace.stack(0, {0x77});
  s.trace.add(0, trace::Acquire{70, 0x1000, 7, stack, trace::Origin::kMalloc});
  const replay::Outcome first = s.run();
  CHECK(first.live_bytes == 100);
  const replay::Outcome second = s.run({}, {}, 1);
  CHECK(second.live_bytes == 7);
  CHECK(second.losses.complete);
  REQUIRE(s.recording.images.size() == 2);
  CHECK(s.recording.images[0].exit_kind == trace::ExitKind::kExec);
  CHECK(s.recording.images[0].exec_path == "/bin/next");
  CHECK(s.recording.images[1].executable == "/bin/next");
  CHECK(s.recording.images[1].exit_kind == trace::ExitKind::kExit);
  CHECK(s.leaf(s.seen.changes.at(0).change.stack, 1) == 0x77);
}

TEST_CASE("what the program could not record is told", "[scan]") {
  TraceBuilder trace;
  trace.begin_image();
  trace.header().lost_events = {5, 0, 2, 0};
  trace.header().lost_bytes = 640;
  const replay::Recording recording = trace.scan();
  CHECK(recording.losses.events == 7);
  CHECK(recording.losses.bytes == 640);
  CHECK(recording.losses.notes.size() == 2);
  CHECK_FALSE(recording.losses.complete);
  CHECK(recording.losses.damaged_places == 0);
}

TEST_CASE("a trace whose process is this one is still running", "[scan]") {
  TraceBuilder trace;
  trace.begin_image();
  auto& header = trace.header();
  header.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kUnknown);
  header.pid = static_cast<std::uint32_t>(::getpid());
  std::ifstream stat("/proc/self/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  header.process_start = std::stoull(field);
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(boot, id);
  std::erase(id, '-');
  for (std::size_t i = 0; i < header.boot_id.size(); ++i) {
    header.boot_id[i] = static_cast<std::uint8_t>(std::stoi(id.substr(2 * i, 2), nullptr, 16));
  }
  CHECK(trace.scan().still_running);
  ++header.process_start;  // the pid belongs to somebody else now
  CHECK_FALSE(trace.scan().still_running);
  --header.process_start;
  header.boot_id[3] ^= 1;
  CHECK_FALSE(trace.scan().still_running);
  header.boot_id[3] ^= 1;
  header.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kExit);
  CHECK_FALSE(trace.scan().still_running);
}

}  // namespace
}  // namespace memline
