// Which events an observer sees.
#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using testing::Script;

constexpr ThreadId kThread1{std::size_t{1}};

std::vector<std::uint64_t> acquired(const Script& s) {
  std::vector<std::uint64_t> bytes;
  for (const auto& one : s.seen.changes) bytes.push_back(one.change.acquired_bytes);
  return bytes;
}

TEST_CASE("a thread filter hides other threads' events, not their memory", "[replay][filter]") {
  Script s;
  s.malloc(0, 0x1000, 1, s.a);
  s.malloc(1, 0x2000, 2, s.d);
  s.free(1, 0x1000, s.d);
  const replay::Outcome outcome = s.run({.threads = {kThread1}, .span = {}});
  CHECK(acquired(s) == std::vector<std::uint64_t>{2, 0});
  CHECK(s.seen.changes[0].change.live_bytes == 3);
  CHECK(s.seen.changes[1].change.released_bytes == 1);
  CHECK(outcome.peak_live_bytes == 3);
  CHECK(outcome.events == 3);
}

TEST_CASE("stacks are counted of the events that are shown", "[replay][filter]") {
  Script s;
  s.malloc(0, 0x1000, 1, s.a);
  s.malloc(0, 0x3000, 1, 0);  // without a stack
  s.malloc(1, 0x2000, 2, s.d);
  CHECK(s.run().losses.stacks.all() == 3);
  CHECK(s.run().losses.stacks.short_ones() == 1);
  const replay::StackFates stacks = s.run({.threads = {kThread1}, .span = {}}).losses.stacks;
  CHECK(stacks.all() == 1);
  CHECK(stacks.short_ones() == 0);
}

TEST_CASE("a filter for a thread that does not exist hides everything", "[replay][filter]") {
  Script s;
  s.malloc(0, 0x1000, 1, s.a);
  s.run({.threads = {ThreadId{std::size_t{99}}}, .span = {}});
  CHECK(s.seen.changes.empty());
}

TEST_CASE("a span filter shows what its threads do inside of it", "[replay][filter]") {
  Script s;
  const auto begin = [&](std::uint32_t lane, std::uint64_t token, std::uint64_t parent, std::string_view name) {
    s.trace.add(lane, trace::SpanBegin{++s.time, token, parent, name});
  };
  s.malloc(0, 0x1000, 1, s.a);
  begin(0, 1, 0, "load");
  s.malloc(0, 0x2000, 2, s.a);  // inside
  s.malloc(1, 0x3000, 4, s.d);  // another thread
  s.trace.add(1, trace::SpanAttach{++s.time, 1});
  s.malloc(1, 0x4000, 8, s.d);  // inside
  begin(0, 2, 1, "parse");
  s.malloc(0, 0x5000, 16, s.a);  // inside of parse, so of load
  s.trace.add(0, trace::SpanEnd{++s.time, 2});
  s.malloc(0, 0x6000, 32, s.a);  // inside
  s.trace.add(1, trace::SpanDetach{++s.time, 1});
  s.malloc(1, 0x7000, 64, s.d);
  s.trace.add(1, trace::SpanAttach{++s.time, 1});
  s.trace.add(0, trace::SpanEnd{++s.time, 1});
  s.malloc(0, 0x8000, 128, s.a);
  s.malloc(1, 0x9000, 256, s.d);  // ended under it
  begin(0, 3, 0, "load");
  s.malloc(0, 0xa000, 512, s.a);  // inside again

  s.run({.threads = {}, .span = "load"});
  CHECK(acquired(s) == std::vector<std::uint64_t>{2, 8, 16, 32, 512});
  s.run({.threads = {}, .span = "parse"});
  CHECK(acquired(s) == std::vector<std::uint64_t>{16});
  s.run({.threads = {kThread1}, .span = "load"});
  CHECK(acquired(s) == std::vector<std::uint64_t>{8});
  s.run({.threads = {}, .span = "nothing"});
  CHECK(acquired(s).empty());
}

TEST_CASE("a thread attached to an inner span works for the outer one too", "[replay][filter]") {
  Script s;
  s.trace.add(0, trace::SpanBegin{++s.time, 1, 0, "outer"});
  s.trace.add(0, trace::SpanBegin{++s.time, 2, 1, "inner"});
  s.trace.add(1, trace::SpanAttach{++s.time, 2});
  s.malloc(1, 0x1000, 5, s.d);
  s.run({.threads = {}, .span = "outer"});
  CHECK(acquired(s) == std::vector<std::uint64_t>{5});
}

std::uint64_t observed_bytes(const Script& s) {
  std::uint64_t bytes = 0;
  for (const replay::LiveBlock& block : s.blocks) bytes += block.observed ? block.bytes : 0;
  return bytes;
}

TEST_CASE("live blocks tell whether the filter lets their acquisition through", "[replay][filter]") {
  Script s;
  s.trace.add(0, trace::SpanBegin{++s.time, 1, 0, "work"});
  // A worker attaches twice to one span; what it does between is none of the span's, even at the same tick.
  s.trace.add(1, trace::SpanAttach{++s.time, 1});
  s.malloc(1, 0x1000, 100, s.d);
  s.trace.add(1, trace::SpanDetach{s.time, 1});
  s.trace.add(1, trace::Acquire{s.time, 0x2000, 5000, s.d, trace::Origin::kMalloc});
  s.trace.add(1, trace::SpanAttach{s.time, 1});
  s.malloc(1, 0x3000, 200, s.d);
  s.malloc(0, 0x4000, 30, s.a);
  // A block that is moved outside of the span is not the span's any more; one moved inside becomes the span's.
  s.realloc(0, 0x4000, 0x4000, 31, s.a);
  s.trace.add(0, trace::SpanEnd{++s.time, 1});
  s.realloc(1, 0x3000, 0x3000, 201, s.d);
  s.run({.threads = {}, .span = "work"});
  CHECK(observed_bytes(s) == 100 + 31);
  s.run({.threads = {kThread1}, .span = {}});
  CHECK(observed_bytes(s) == 100 + 5000 + 201);
  s.run();
  CHECK(observed_bytes(s) == 100 + 5000 + 31 + 201);
}

TEST_CASE("mappings and what a pool gave back tell it, too", "[replay][filter]") {
  Script s;
  s.malloc(0, 0x1000, 100, s.a);
  s.trace.add(0, trace::PoolBacking{++s.time, 7, 0x1000, 40, s.a});
  s.trace.add(0, trace::SpanBegin{++s.time, 1, 0, "work"});
  s.trace.add(0, trace::PoolDestroy{++s.time, 7, s.b});
  s.trace.add(0, trace::Map{++s.time, 0x7f0000000000, 8192, 3, 0x22, trace::MapKind::kPrivateAnonymous, s.b});
  s.run({.threads = {}, .span = "work"});
  CHECK(observed_bytes(s) == 40 + 8192);
}

TEST_CASE("an event outside of the filter is told to the observer", "[replay][filter]") {
  Script s;
  s.malloc(0, 0x1000, 1, s.a);
  s.malloc(1, 0x2000, 2, s.d);
  s.free(1, 0x1000, s.d);
  s.free(1, 0x9999, s.d);  // of an unknown block: no event
  s.run({.threads = {ThreadId{std::size_t{0}}}, .span = {}});
  CHECK(s.seen.unobserved == std::vector<ThreadId>{kThread1, kThread1});
}

}  // namespace
}  // namespace memline
