#include "model/stack_costs.h"

#include <algorithm>
#include <map>
#include <random>

#include "event_script.h"
#include "model/totals_counter.h"
#include "support/catch.h"

namespace memline::model {
namespace {

constexpr NodeId kFirst{std::size_t{10}};
constexpr NodeId kSecond{std::size_t{11}};

SiteCosts costs_of(const CostsByStack& costs, NodeId stack) {
  const SiteCosts* const found = costs.find(stack);
  return found != nullptr ? *found : SiteCosts{};
}

TEST_CASE("what a stack owns at the peak is what it owned at that moment, not its own highest") {
  StackCosts pass;
  EventScript script(pass);
  const EventScript::Block early = script.allocate(0, kFirst, 700);
  script.free(0, kSecond, early);
  const EventScript::Block first = script.allocate(0, kFirst, 300);
  const EventScript::Block second = script.allocate(0, kSecond, 500);  // the peak: 800
  script.free(0, kFirst, second);
  script.free(0, kFirst, first);
  script.allocate(0, kFirst, 50);
  const CostsByStack costs = pass.finish();
  CHECK(costs_of(costs, kFirst).at_peak == 300);
  CHECK(costs_of(costs, kSecond).at_peak == 500);
  CHECK(costs_of(costs, kFirst).at_end == 50);
  CHECK(costs_of(costs, kSecond).at_end == 0);
  CHECK(costs_of(costs, kFirst).allocated == 1050);
  CHECK(costs_of(costs, kFirst).allocations == 3);
}

TEST_CASE("a peak that is reached again counts at its first time") {
  StackCosts pass;
  EventScript script(pass);
  const EventScript::Block block = script.allocate(0, kFirst, 100);
  script.free(0, kFirst, block);
  script.allocate(0, kSecond, 100);
  const CostsByStack costs = pass.finish();
  CHECK(costs_of(costs, kFirst).at_peak == 100);
  CHECK(costs_of(costs, kSecond).at_peak == 0);
}

TEST_CASE("after a realloc the reallocating stack owns the block") {
  StackCosts pass;
  EventScript script(pass);
  const EventScript::Block block = script.allocate(0, kFirst, 100);
  script.reallocate(0, kSecond, block, 150);
  const CostsByStack costs = pass.finish();
  CHECK(costs_of(costs, kFirst).at_end == 0);
  CHECK(costs_of(costs, kFirst).at_peak == 0);
  CHECK(costs_of(costs, kSecond).at_end == 150);
  CHECK(costs_of(costs, kSecond).at_peak == 150);
  CHECK(costs_of(costs, kSecond).allocated == 150);
  CHECK(costs_of(costs, kSecond).allocations == 0);
}

TEST_CASE("temporaries are charged to the stack that allocated") {
  StackCosts pass;
  TotalsCounter counter;
  ObserverList both({&pass, &counter});
  EventScript script(both);
  script.free(0, kSecond, script.allocate(0, kFirst, 100));
  const EventScript::Block kept = script.allocate(0, kFirst, 1);
  script.free(0, kSecond, script.allocate(0, kFirst, 20));
  script.free(0, kSecond, kept);
  const CostsByStack costs = pass.finish();
  CHECK(costs_of(costs, kFirst).temporary == 2);
  CHECK(costs_of(costs, kFirst).temporary_bytes == 120);
  CHECK(costs_of(costs, kSecond).temporary == 0);
  CHECK(counter.totals().temporary == 2);
  CHECK(counter.totals().temporary_bytes == 120);
  CHECK(counter.totals().allocations == 3);
  CHECK(counter.totals().frees == 3);
  CHECK(counter.totals().allocated == 121);
  CHECK(counter.totals().freed == 121);
}

TEST_CASE("mappings are bytes of a stack, but no allocations") {
  StackCosts pass;
  TotalsCounter counter;
  ObserverList both({&pass, &counter});
  EventScript script(both);
  script.map(0, kFirst, 4096);
  CHECK(costs_of(pass.finish(), kFirst).allocated == 4096);
  CHECK(costs_of(pass.finish(), kFirst).allocations == 0);
  CHECK(costs_of(pass.finish(), kFirst).at_end == 4096);
  CHECK(counter.totals().mappings == 1);
  CHECK(counter.totals().allocations == 0);
}

TEST_CASE("inherited blocks are live from the start, and may be the peak") {
  StackCosts pass;
  replay::OwnerShare inherited;
  inherited.owner = kFirst;
  inherited.bytes = 300;
  inherited.blocks = 1;
  pass.on_inherited(inherited);
  replay::Change release;
  release.thread = ThreadId{std::size_t{0}};
  release.stack = kSecond;
  release.released_bytes = 300;
  release.released = {&inherited, 1};
  release.frees = 1;
  release.live_bytes = 0;
  pass.on_change(release);
  replay::Change acquire;
  acquire.thread = release.thread;
  acquire.stack = kSecond;
  acquire.acquired_bytes = 200;
  acquire.allocations = acquire.acquired_blocks = 1;
  acquire.live_bytes = 200;
  pass.on_change(acquire);
  const CostsByStack costs = pass.finish();
  CHECK(costs_of(costs, kFirst).at_peak == 300);
  CHECK(costs_of(costs, kFirst).at_end == 0);
  CHECK(costs_of(costs, kFirst).allocated == 0);
  CHECK(costs_of(costs, kSecond).at_peak == 0);
  CHECK(costs_of(costs, kSecond).at_end == 200);
}

TEST_CASE("a block that vanished is not owned any more") {
  StackCosts pass;
  EventScript script(pass);
  script.allocate(0, kFirst, 100);
  replay::OwnerShare vanished;
  vanished.owner = kFirst;
  vanished.bytes = 100;
  pass.on_vanished(vanished, 0);
  CHECK(costs_of(pass.finish(), kFirst).at_end == 0);
  CHECK(costs_of(pass.finish(), kFirst).at_peak == 100);
}

/// Keeps what every stack owns after each event, which the pass avoids.
class Snapshots : public replay::Observer {
 public:
  void on_change(const replay::Change& change) override {
    live[change.stack] += static_cast<std::int64_t>(change.acquired_bytes);
    for (const replay::OwnerShare& share : change.released) live[share.owner] -= static_cast<std::int64_t>(share.bytes);
    if (change.live_bytes <= highest) return;
    highest = change.live_bytes;
    at_peak = live;
  }
  std::map<NodeId, std::int64_t> live, at_peak;
  std::int64_t highest = 0;
};

TEST_CASE("peaks agree with snapshots on random events, and add up") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    StackCosts pass;
    Snapshots snapshots;
    ObserverList both({&pass, &snapshots});
    EventScript script(both);
    std::vector<EventScript::Block> blocks;
    for (int i = 0; i < 300; ++i) {
      const NodeId stack{std::size_t{random() % 7}};
      if (blocks.empty() || random() % 5 < 3) {
        blocks.push_back(script.allocate(random() % 2, stack, random() % 100));
        continue;
      }
      const std::size_t which = random() % blocks.size();
      if (random() % 3 == 0) {
        script.reallocate(0, stack, blocks[which], random() % 100);
      } else {
        script.free(0, stack, blocks[which]);
        blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(which));
      }
    }
    const CostsByStack costs = pass.finish();
    std::int64_t sum_at_peak = 0, sum_at_end = 0;
    for (std::size_t number = 0; number < 7; ++number) {
      const NodeId stack{number};
      CHECK(costs_of(costs, stack).at_peak == snapshots.at_peak[stack]);
      CHECK(costs_of(costs, stack).at_end == snapshots.live[stack]);
      sum_at_peak += costs_of(costs, stack).at_peak;
      sum_at_end += costs_of(costs, stack).at_end;
    }
    CHECK(sum_at_peak == snapshots.highest);
    CHECK(sum_at_end == script.live_bytes());
  }
}

}  // namespace
}  // namespace memline::model
