#include "commands/run/sample_writer.h"

#include <unistd.h>

#include <cstdint>
#include <vector>

#include "replay/scan.h"
#include "sampling/counter_spec.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "support/trace_builder.h"

using namespace memline;
using namespace memline::commands;
using memline::testing::ScratchFolder;
using memline::testing::TraceBuilder;

namespace {

constexpr std::uint64_t kMs = 1'000'000;

/// A program that began after 1 ms, and another one that the process went on with after 5.
void write_two_images(const std::string& path) {
  TraceBuilder trace;
  for (const std::uint64_t begin_ns : {1 * kMs, 5 * kMs}) {
    trace::ImageStart start = TraceBuilder::image_start();
    start.ticks = start.monotonic_ns = begin_ns;
    start.time_shift = 0;
    start.ticks_are_ns = 1;
    trace.begin_image(start);
  }
  const ProcessName own = name_process(static_cast<std::uint32_t>(::getpid()));
  trace.header().pid = own.pid;
  trace.header().process_start = own.start;
  trace.write(path);
}

class Sampled {
 public:
  explicit Sampled(const ScratchFolder& folder)
      : path_(folder.path("trace.bin")), locator_(path_, "/"), writer_(locator_, pid_, 0, 0) {
    write_two_images(path_);
    auto specs = sampling::parse_counters("task-clock");
    REQUIRE(specs);
    counters_.push_back({specs->front(), false});
    writer_.set_counters(counters_);
  }

  SampleWriter& writer() { return writer_; }
  void begin_program(std::uint64_t time_ns) { writer_.on_program(pid_, time_ns); }
  void sample(std::uint64_t time_ns) {
    sampling::TakenSample taken;
    taken.pid = taken.tid = pid_;
    taken.time_ns = time_ns;
    taken.value = kMs;
    writer_.on_sample(taken);
  }
  replay::Recording finish() {
    sampling::ProcessTotal total;
    total.value = 2 * kMs;
    writer_.finish({{pid_, {total}}});
    auto recording = replay::scan(path_);
    REQUIRE(recording);
    REQUIRE(recording->images.size() == 2);
    return std::move(recording).value();
  }

 private:
  const std::uint32_t pid_ = static_cast<std::uint32_t>(::getpid());
  std::string path_;
  TraceLocator locator_;
  std::vector<sampling::OpenedCounter> counters_;
  SampleWriter writer_;
};

}  // namespace

TEST_CASE("sample writer: samples go to the program that was running") {
  const ScratchFolder folder;
  Sampled sampled(folder);
  sampled.sample(2 * kMs);
  sampled.begin_program(4 * kMs);
  sampled.sample(6 * kMs);
  sampled.sample(7 * kMs);
  const replay::Recording recording = sampled.finish();
  CHECK(recording.images[0].samples == 1);
  CHECK(recording.images[1].samples == 2);
  REQUIRE(recording.images[1].counters.size() == 1);
  REQUIRE(recording.images[1].counters[0].total);
  CHECK(recording.images[1].counters[0].total->value == 2 * kMs);
  CHECK(recording.images[0].lost_samples + recording.images[1].lost_samples == 0);
}

TEST_CASE("sample writer: where the kernel has dropped an exec, the trace tells of it") {
  const ScratchFolder folder;
  Sampled sampled(folder);
  sampled.sample(2 * kMs);
  sampled.writer().on_lost(4 * kMs, 3);
  const replay::Recording recording = sampled.finish();
  CHECK(recording.images[0].samples == 1);
  REQUIRE(recording.images[1].counters.size() == 1);
  REQUIRE(recording.images[1].counters[0].total);
  CHECK(recording.images[1].lost_samples == 3);
}

TEST_CASE("sample writer: a child of which the kernel has dropped everything is told of in its trace") {
  const ScratchFolder folder;
  Sampled sampled(folder);
  const ProcessName own = name_process(static_cast<std::uint32_t>(::getpid()));
  const auto write_child = [&](const std::string& name, std::uint32_t pid, std::uint32_t parent_pid) {
    TraceBuilder trace;
    trace::ImageStart start = TraceBuilder::image_start();
    start.parent_pid = parent_pid;
    trace.begin_image(start);
    trace.header().pid = pid;
    trace.header().process_start = own.start;
    trace.write(folder.path(name));
    return folder.path(name);
  };
  const std::string child = write_child("trace.bin.1", own.pid + 1, own.pid);
  const std::string grandchild = write_child("trace.bin.2", own.pid + 2, own.pid + 1);
  const std::string stranger = write_child("trace.bin.3", own.pid + 3, own.pid + 9);
  sampled.writer().on_lost(2 * kMs, 3);
  sampled.finish();
  for (const std::string& path : {child, grandchild}) {
    const auto recording = replay::scan(path);
    REQUIRE(recording);
    CHECK(recording->images[0].lost_samples == 3);
    REQUIRE(recording->images[0].counters.size() == 1);
    REQUIRE(recording->images[0].counters[0].total);
    CHECK(recording->images[0].counters[0].total->estimated);
  }
  CHECK(replay::scan(stranger)->images[0].counters.empty());
}

TEST_CASE("sample writer: a program that began before the sampling did has no counters") {
  const ScratchFolder folder;
  const std::string path = folder.path("trace.bin");
  write_two_images(path);
  const TraceLocator locator(path, "/");
  SampleWriter writer(locator, static_cast<std::uint32_t>(::getpid()), 4 * kMs, 0);
  writer.finish({});
  const auto recording = replay::scan(path);
  REQUIRE(recording);
  CHECK(recording->images[0].counters.empty());
}
