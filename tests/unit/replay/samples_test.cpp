// Samples that were taken from outside: whose they are, what their stacks become, and that older traces have none.
#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using testing::Script;

struct SampleKeeper : replay::Observer {
  void on_sample(const replay::SampleEvent& sample) override {
    if (sample.observed) samples.push_back(sample);
  }
  void on_change(const replay::Change& /*change*/) override { ++changes; }
  std::vector<replay::SampleEvent> samples;
  std::size_t changes = 0;
};

constexpr std::uint32_t kLane = trace::kSamplerLane;

trace::Counter counter(std::uint32_t number, std::string_view name, bool faults) {
  return {.counter = number,
          .unit = faults ? trace::CounterUnit::kEvents : trace::CounterUnit::kNanoseconds,
          .sampling = trace::Sampling::kEvery,
          .interval = faults ? 1U : 1000U,
          .user_only = 1,
          .asked_for = 1,
          .faults = faults ? 1U : 0U,
          .name = name,
          .refusal = ""};
}

/// A script with two counters, and the sampler's module 1 for the program's.
struct SampledScript : Script {
  SampledScript() {
    trace.add(kLane, counter(1, "task-clock", false));
    trace.add(kLane, counter(2, "page-faults", true));
    const trace::Module module = testing::TraceBuilder::module(1, "/bin/app");
    trace.add(kLane, trace::SampledModule{1, module.begin, module.end, module.bias, 1, "", "/usr/bin/app"});
  }
  std::uint32_t sampled(std::initializer_list<std::uint64_t> offsets, trace::StackEnd end) {
    return trace.stack(kLane, offsets, end);
  }
  SampleKeeper keep(const replay::EventFilter& filter = {}) {
    recording = trace.scan();
    SampleKeeper keeper;
    REQUIRE(replay::replay(recording, 0, filter, {}, &keeper).ok());
    return keeper;
  }
  /// Offsets of a stack, the outermost first.
  std::vector<std::uint64_t> offsets(NodeId node) const {
    const replay::StackTable& stacks = recording.images[0].stacks;
    std::vector<std::uint64_t> found;
    for (; stacks.is_frame(node); node = stacks.node(node).parent)
      found.insert(found.begin(), stacks.node(node).offset);
    return found;
  }
};

using Offsets = std::vector<std::uint64_t>;

TEST_CASE("samples are those of their thread, and no events") {
  SampledScript s;
  const std::uint32_t whole = s.sampled({0x10, 0x1a}, trace::StackEnd::kRoot);
  s.malloc(1, 0x1000, 8, s.d);
  s.trace.add(kLane, trace::Sample{++s.time, 101, 1, 1000, whole});
  s.trace.add(kLane, trace::PageFault{++s.time, 100, 0x1000, whole});
  s.trace.add(kLane, trace::Sample{++s.time, 999, 1, 3000, whole});
  s.trace.add(kLane, trace::CounterTotal{++s.time, 1, 4100, 10, 5, 1});
  s.trace.add(kLane, trace::SamplesLost{++s.time, 3});
  const SampleKeeper kept = s.keep();
  CHECK(kept.changes == 1);
  REQUIRE(kept.samples.size() == 3);
  CHECK(kept.samples[0].thread == ThreadId{std::size_t{1}});
  CHECK(kept.samples[0].counter == 0);
  CHECK(kept.samples[0].value == 1000);
  CHECK(kept.samples[1].thread == ThreadId{std::size_t{0}});
  CHECK(kept.samples[1].is_fault);
  CHECK(kept.samples[1].counter == 1);
  CHECK(kept.samples[1].address == 0x1000);
  CHECK(kept.samples[2].thread.none());
  // the sampler's module is the program's own
  const replay::Image& image = s.recording.images[0];
  CHECK(image.modules.size() == 1);
  CHECK(s.offsets(kept.samples[0].stack) == Offsets{0x10, 0x1a});
  REQUIRE(image.counters.size() == 2);
  CHECK(image.counters[0].samples == 2);
  CHECK(image.counters[1].samples == 1);
  CHECK(image.counters[0].total->value == 4100);
  CHECK(image.counters[0].total->estimated);
  CHECK(image.lost_samples == 3);
  CHECK(image.threads.size() == 2);
  CHECK(s.recording.losses.complete);
}

TEST_CASE("a filter by thread holds for samples, too") {
  SampledScript s;
  const std::uint32_t whole = s.sampled({0x10, 0x1a}, trace::StackEnd::kRoot);
  s.malloc(1, 0x1000, 8, s.d);
  for (const std::uint32_t tid : {100U, 101U, 999U}) s.trace.add(kLane, trace::Sample{++s.time, tid, 1, tid, whole});
  replay::EventFilter filter;
  filter.threads = {ThreadId{std::size_t{1}}};
  const SampleKeeper kept = s.keep(filter);
  REQUIRE(kept.samples.size() == 1);
  CHECK(kept.samples[0].value == 101);
}

TEST_CASE("a cut stack goes on as the stack of the thread's last event does") {
  SampledScript s;
  const std::uint32_t first = s.trace.stack(0, {0x1, 0x50, 0x60, 0x70});
  const std::uint32_t second = s.trace.stack(0, {0x2, 0x50, 0x60, 0x70});
  const std::uint32_t cut = s.sampled({0x60, 0x61}, trace::StackEnd::kCopyEnd);
  s.malloc(0, 0x1000, 8, first);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, cut});
  s.malloc(0, 0x2000, 8, second);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 2, cut});
  const SampleKeeper kept = s.keep();
  REQUIRE(kept.samples.size() == 2);
  CHECK(s.offsets(kept.samples[0].stack) == Offsets{0x1, 0x50, 0x60, 0x61});
  CHECK(s.offsets(kept.samples[1].stack) == Offsets{0x2, 0x50, 0x60, 0x61});
}

TEST_CASE("in a recursion a cut stack is joined where most frames agree") {
  SampledScript s;
  const std::uint32_t deep = s.trace.stack(0, {0x1, 0x30, 0x30, 0x30, 0x40, 0x99});
  const std::uint32_t cut = s.sampled({0x30, 0x40, 0x41}, trace::StackEnd::kCopyEnd);
  s.malloc(0, 0x1000, 8, deep);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, cut});
  const SampleKeeper kept = s.keep();
  CHECK(s.offsets(kept.samples.at(0).stack) == Offsets{0x1, 0x30, 0x30, 0x30, 0x40, 0x41});
}

TEST_CASE("without a fitting event a cut stack is joined where all others agree, or stays short") {
  SampledScript s;
  const std::uint32_t one = s.trace.stack(0, {0x1, 0x60, 0x62});
  const std::uint32_t two = s.trace.stack(0, {0x1, 0x80, 0x82});
  const std::uint32_t other = s.trace.stack(0, {0x2, 0x80, 0x83});
  const std::uint32_t sure = s.sampled({0x60, 0x61}, trace::StackEnd::kCopyEnd);
  const std::uint32_t unsure = s.sampled({0x80, 0x81}, trace::StackEnd::kCopyEnd);
  for (const std::uint32_t stack : {one, two, other, s.a}) s.malloc(0, 0x1000 * ++s.time, 8, stack);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, sure});
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, unsure});
  s.trace.add(kLane, trace::Sample{++s.time, 999, 1, 1, sure});
  const SampleKeeper kept = s.keep();
  REQUIRE(kept.samples.size() == 3);
  CHECK(s.offsets(kept.samples[0].stack) == Offsets{0x1, 0x60, 0x61});
  CHECK(s.offsets(kept.samples[1].stack) == Offsets{0x80, 0x81});
  CHECK(s.offsets(kept.samples[2].stack) == Offsets{0x1, 0x60, 0x61});
}

TEST_CASE("a cut stack whose function made another call before is joined to the activation of that call") {
  SampledScript s;
  const std::uint32_t before = s.trace.stack(0, {0x1, 0x50, 0x60, 0x70});
  s.trace.stack(0, {0x1, 0x50, 0x80, 0x82});
  const std::uint32_t elsewhere = s.trace.stack(0, {0x2, 0x50, 0x80, 0x82});
  const std::uint32_t cut = s.sampled({0x80, 0x81}, trace::StackEnd::kCopyEnd);
  s.malloc(0, 0x1000, 8, before);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, cut});  // from the function that called 0x60 before
  s.malloc(0, 0x2000, 8, elsewhere);
  const SampleKeeper kept = s.keep();
  CHECK(s.offsets(kept.samples.at(0).stack) == Offsets{0x1, 0x50, 0x80, 0x81});
}

TEST_CASE("a cut stack that no event before explains goes on as the stack of the thread's next event does") {
  SampledScript s;
  const std::uint32_t one = s.trace.stack(0, {0x1, 0x80, 0x82});
  const std::uint32_t other = s.trace.stack(0, {0x2, 0x80, 0x82});
  const std::uint32_t cut = s.sampled({0x80, 0x81}, trace::StackEnd::kCopyEnd);
  s.malloc(0, 0x1000, 8, s.a);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, cut});
  s.malloc(1, 0x2000, 8, one);  // of another thread
  s.malloc(0, 0x3000, 8, other);
  const SampleKeeper kept = s.keep();
  CHECK(s.offsets(kept.samples.at(0).stack) == Offsets{0x2, 0x80, 0x81});
}

TEST_CASE("a cut stack among events of one time goes on as the newest that explains it does") {
  SampledScript s;
  const std::uint32_t one = s.trace.stack(0, {0x1, 0x80, 0x82});
  const std::uint32_t other = s.trace.stack(0, {0x2, 0x80, 0x82});
  const std::uint32_t cut = s.sampled({0x80, 0x81}, trace::StackEnd::kCopyEnd);
  for (const std::uint32_t stack : {one, other, s.a, s.d}) s.malloc(0, 0x1000 * ++s.time, 8, stack);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, cut});
  s.malloc(0, 0x9000, 8, s.a);
  const SampleKeeper kept = s.keep();
  CHECK(s.offsets(kept.samples.at(0).stack) == Offsets{0x2, 0x80, 0x81});
}

TEST_CASE("samples that name what is not there are dropped") {
  SampledScript s;
  const std::uint32_t whole = s.sampled({0x10}, trace::StackEnd::kRoot);
  s.malloc(0, 0x1000, 8, s.a);
  s.trace.add(kLane, trace::Sample{++s.time, 100, 0, 1, whole});
  s.trace.add(kLane, trace::Sample{++s.time, 100, 0xffffffff, 1, whole});
  s.trace.add(kLane, trace::Sample{++s.time, 100, 1, 1, 4711});
  const SampleKeeper kept = s.keep();
  REQUIRE(kept.samples.size() == 1);
  CHECK(kept.samples[0].stack == replay::kUnknownStack);
  CHECK(s.recording.losses.damaged_places == 2);
}

TEST_CASE("a trace of the version before samples is read") {
  Script s;
  s.trace.header().version = 2;
  s.malloc(0, 0x1000, 8, s.a);
  CHECK(s.run().live_bytes == 8);
}

}  // namespace
}  // namespace memline
