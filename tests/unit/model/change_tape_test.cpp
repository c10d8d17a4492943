#include "model/change_tape.h"

#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

#include "event_script.h"
#include "model/totals_counter.h"
#include "support/catch.h"

namespace memline::model {
namespace {

constexpr NodeId kFirst{std::size_t{10}};
constexpr NodeId kSecond{std::size_t{11}};
constexpr std::array<replay::RssSample, 3> kRss = {{{5, 100}, {6, 200}, {50, 300}}};

/// What a LineFlow sees; of the times, how many RSS samples were taken by then.
class Seen : public replay::Observer {
 public:
  void on_change(const replay::Change& change) override {
    std::size_t samples = 0;
    for (const replay::RssSample& sample : kRss) samples += sample.ticks <= change.ticks ? 1 : 0;
    samples_ = std::max(samples_, samples);
    calls.emplace_back(
        change.thread, change.stack, change.acquired_bytes, change.released_bytes, change.live_bytes,
        std::array{change.allocations, change.frees, change.reallocations, change.mappings, change.unmappings},
        samples_);
  }
  void on_unobserved(ThreadId thread, std::int64_t /*live_bytes*/) override {
    calls.emplace_back(thread, NodeId{}, 0, 0, 0, std::array<std::uint32_t, 5>{}, samples_);
  }
  std::vector<std::tuple<ThreadId, NodeId, std::uint64_t, std::uint64_t, std::int64_t, std::array<std::uint32_t, 5>,
                         std::size_t>>
      calls;

 private:
  std::size_t samples_ = 0;
};

void run(EventScript& script) {
  const EventScript::Block small = script.allocate(0, kFirst, 700);
  const EventScript::Block huge = script.allocate(1, kSecond, std::uint64_t{5} << 30);
  script.map(0, kFirst, 4096);
  const EventScript::Block hidden = script.allocate(2, kFirst, 30);
  script.set_ticks(40);  // past two samples
  script.reallocate(0, kSecond, small, 90);
  script.free_unobserved(2, hidden);
  script.free(0, kFirst, huge);
  script.set_ticks(60);
  script.free(1, kFirst, small);
  script.allocate(0, kFirst, 0);
}

TEST_CASE("a tape shows a line flow again what it saw") {
  Seen seen, again;
  ChangeTape tape(kRss);
  ObserverList both({&seen, &tape});
  EventScript script(both);
  run(script);
  // Of no thread, on no stack, and several at once.
  replay::Change reset;
  reset.ticks = 61;
  reset.frees = 3;
  reset.live_bytes = 17;
  both.on_change(reset);
  CHECK_FALSE(tape.is_complete());
  tape.finish({});
  REQUIRE(tape.is_complete());
  tape.play(again);
  CHECK(seen.calls.size() == 10);
  CHECK(again.calls == seen.calls);
}

TEST_CASE("a tape that would be too long is given up") {
  ChangeTape tape({}, 8);
  EventScript script(tape);
  run(script);  // 9 events
  tape.finish({});
  CHECK_FALSE(tape.is_complete());
  Seen seen;
  tape.play(seen);
  CHECK(seen.calls.empty());
}

}  // namespace
}  // namespace memline::model
