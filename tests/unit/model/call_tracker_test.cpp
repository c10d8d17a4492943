#include "model/timeline/call_tracker.h"

#include "event_script.h"
#include "fake_stacks.h"
#include "support/catch.h"

namespace memline::model {
namespace {

/// main calls work, from two places; work calls helper.
struct Program {
  FakeStacks stacks;
  FileId file = stacks.add_file("/src/app.c");
  FunctionId main = stacks.add_function("main", file), work = stacks.add_function("work", file),
             helper = stacks.add_function("helper", file);
  NodeId in_main = stacks.call({}, {stacks.at(main, 1)}), elsewhere = stacks.call({}, {stacks.at(main, 2)});
  NodeId in_work = stacks.call(in_main, {stacks.at(work, 10)}),
         in_helper = stacks.call(in_work, {stacks.at(helper, 20)});
  NodeId in_other_work = stacks.call(elsewhere, {stacks.at(work, 10)});
};

TEST_CASE("a call reaches from its first event to its last, and knows the live bytes around it") {
  Program program;
  const FunctionId functions[] = {program.work, program.helper};
  CallTracker tracker(program.stacks, functions, 10);
  EventScript events(tracker);
  events.set_ticks(100);
  events.allocate(0, program.in_main, 1000);                   // 100
  const auto block = events.allocate(0, program.in_work, 10);  // 101: 1010
  events.allocate(0, program.in_helper, 5);                    // 102: 1015
  events.free(0, program.in_work, block);                      // 103: 1005
  events.allocate(0, program.in_main, 1);                      // 104
  events.allocate(0, program.in_other_work, 2);                // 105: 1008
  const std::vector<FunctionCall> calls = tracker.take();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].function == 0);
  CHECK(calls[0].begin_ticks == 101);
  CHECK(calls[0].end_ticks == 103);
  CHECK(calls[0].live_before == 1000);
  CHECK(calls[0].live_after == 1005);
  CHECK(calls[1].function == 1);
  CHECK(calls[1].begin_ticks == 102);
  CHECK(calls[1].end_ticks == 102);
  CHECK(calls[2].begin_ticks == 105);
  CHECK(tracker.calls(0) == 2);
  CHECK(tracker.calls(1) == 1);
}

TEST_CASE("calls from another place are others, though no event lies between") {
  Program program;
  const FunctionId functions[] = {program.work};
  CallTracker tracker(program.stacks, functions, 10);
  EventScript events(tracker);
  for (int i = 0; i < 3; ++i) {
    events.allocate(0, program.in_work, 1);
    events.allocate(0, program.in_other_work, 1);
  }
  CHECK(tracker.take().size() == 6);
}

TEST_CASE(
    "the highest live bytes during calls count what other threads do meanwhile, and nothing after the last event") {
  Program program;
  const FunctionId functions[] = {program.work, program.helper};
  CallTracker tracker(program.stacks, functions, 10);
  EventScript events(tracker);
  const auto early = events.allocate(1, program.elsewhere, 9000);
  events.free(1, program.elsewhere, early);
  events.allocate(0, program.in_work, 10);
  const auto meanwhile = events.allocate(1, program.elsewhere, 500);  // 510
  events.free(1, program.elsewhere, meanwhile);
  events.allocate(0, program.in_work, 20);  // 30: the call has lasted until here
  events.allocate(1, program.elsewhere, 7000);
  tracker.take();
  CHECK(tracker.highest(0) == 510);
  CHECK(tracker.highest(1) == 0);
}

TEST_CASE("of many calls the longest are kept") {
  Program program;
  const FunctionId functions[] = {program.work};
  CallTracker tracker(program.stacks, functions, 3);
  EventScript events(tracker);
  for (std::uint64_t length = 1; length <= 50; ++length) {
    events.set_ticks(1000 * length);
    events.allocate(0, program.in_work, 1);
    events.set_ticks(1000 * length + length);
    events.allocate(0, program.in_work, 1);
    events.allocate(0, program.in_main, 1);
  }
  const std::vector<FunctionCall> calls = tracker.take();
  CHECK(tracker.calls(0) == 50);
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].begin_ticks == 48000);
  CHECK(calls[0].end_ticks == 48048);
  CHECK(calls[2].end_ticks == 50050);
}

TEST_CASE("functions of one name are spoken of as one") {
  const std::vector<std::string> names = {"step", "idle", "step", "idle", "busy"};
  const std::vector<std::uint64_t> calls = {3, 0, 0, 0, 12};
  CHECK(notes_of_calls(names, calls, 10) == std::vector<std::string>{"busy: 12 calls, of which the longest are shown.",
                                                                     "idle: no event has it on its stack."});
}

}  // namespace
}  // namespace memline::model
