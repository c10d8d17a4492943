#include "model/line_flow.h"

#include "event_script.h"
#include "fake_stacks.h"
#include "support/catch.h"

namespace memline::model {
namespace {

/// A program with main calling f; tests add what they need.
struct Program {
  FakeStacks stacks;
  FileId file = stacks.add_file("/src/app.cpp");
  FunctionId main_function = stacks.add_function("main", file);
  FunctionId f = stacks.add_function("f", file);
  FunctionId g = stacks.add_function("g", file);
  NodeId main_at_3 = stacks.call({}, {stacks.at(main_function, 3)});
  NodeId main_at_4 = stacks.call({}, {stacks.at(main_function, 4)});
  std::vector<replay::RssSample> rss;
  std::vector<FunctionId> chosen{f};

  NodeId f_at(std::uint32_t line) { return stacks.call(main_at_3, {stacks.at(f, line)}); }
};

const LineFlowRow& line(const FunctionFlow& flow, std::uint32_t number) {
  for (const LineFlowRow& row : flow.lines) {
    if (row.line == number) return row;
  }
  FAIL("no line " << number);
  return flow.whole;
}

bool has_line(const FunctionFlow& flow, std::uint32_t number) {
  for (const LineFlowRow& row : flow.lines) {
    if (row.line == number) return true;
  }
  return false;
}

TEST_CASE("a loop of allocations on one line is one run") {
  Program program;
  const NodeId stack = program.f_at(10);
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  for (std::uint64_t bytes = 1; bytes <= 10; ++bytes) script.allocate(0, stack, bytes);
  const FunctionFlow found = flow.finish()[0];
  const LineFlowRow& row = line(found, 10);
  CHECK(row.flow.increment == 55);
  CHECK(row.flow.allocated == 55);
  CHECK(row.flow.allocations == 10);
  CHECK(row.flow.seen == 1);
  CHECK(row.peak == 55);
  CHECK(row.mem_usage == 55);
  CHECK(found.whole.flow.increment == 55);
  CHECK(found.whole.flow.seen == 1);
  CHECK(found.whole.peak == 55);
  CHECK(found.lines.size() == 1);
}

TEST_CASE("what a filter hides of a thread ends its runs, what it hides of others does not") {
  Program program;
  const NodeId take = program.f_at(10);
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  // Ten times: inside the span 1000 bytes are taken, outside of it they are given back.
  for (int i = 0; i < 10; ++i) {
    script.free_unobserved(0, script.allocate(0, take, 1000));
    script.allocate(1, program.main_at_4, 1);
  }
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.seen == 10);
  CHECK(line(found, 10).peak == 1000);
  CHECK(found.whole.flow.seen == 10);
  CHECK(found.whole.peak == 1000);

  LineFlow two(program.stacks, program.chosen, program.rss);
  EventScript other(two);
  for (int i = 0; i < 3; ++i) {
    other.allocate(0, take, 1000);
    other.free_unobserved(1, other.allocate(1, program.main_at_4, 1));
  }
  CHECK(line(two.finish()[0], 10).flow.seen == 1);
}

TEST_CASE("lines that take turns have a run each time, and Mem usage is the highest after a run") {
  Program program;
  const NodeId take = program.f_at(10), give = program.f_at(11);
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  for (const std::uint64_t bytes : {100, 300, 200}) {
    const EventScript::Block block = script.allocate(0, take, bytes);
    script.free(0, give, block);
  }
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.seen == 3);
  CHECK(line(found, 10).flow.increment == 600);
  CHECK(line(found, 10).mem_usage == 300);
  CHECK(line(found, 10).peak == 300);
  CHECK(line(found, 11).flow.seen == 3);
  CHECK(line(found, 11).flow.increment == -600);
  CHECK(line(found, 11).flow.freed == 600);
  CHECK(line(found, 11).flow.frees == 3);
  CHECK(line(found, 11).mem_usage == 0);
  CHECK(line(found, 11).peak == 0);
  CHECK(found.whole.flow.seen == 1);
  CHECK(found.whole.flow.increment == 0);
  CHECK(found.whole.peak == 300);
}

TEST_CASE("temporaries of a callee show in Peak, not in Increment") {
  Program program;
  const NodeId f_calls_g = program.f_at(12);
  const NodeId g_takes = program.stacks.call(f_calls_g, {program.stacks.at(program.g, 20)});
  const NodeId g_gives = program.stacks.call(f_calls_g, {program.stacks.at(program.g, 21)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  const EventScript::Block first = script.allocate(0, g_takes, 1000);
  const EventScript::Block second = script.allocate(0, g_takes, 500);
  script.free(0, g_gives, first);
  script.free(0, g_gives, second);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 12).flow.increment == 0);
  CHECK(line(found, 12).peak == 1500);
  CHECK(line(found, 12).flow.seen == 1);
  CHECK(line(found, 12).mem_usage == 0);
  CHECK(line(found, 12).flow.allocated == 1500);
  CHECK(line(found, 12).flow.freed == 1500);
}

TEST_CASE("a growing realloc never has old and new at once in its peak") {
  Program program;
  const NodeId stack = program.f_at(10);
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  const EventScript::Block block = script.allocate(0, stack, 16);
  script.reallocate(0, stack, block, 32);
  script.reallocate(0, stack, block, 64);
  const LineFlowRow row = line(flow.finish()[0], 10);
  CHECK(row.peak == 64);
  CHECK(row.flow.increment == 64);
  CHECK(row.flow.allocated == 112);
  CHECK(row.flow.freed == 48);
  CHECK(row.flow.allocations == 1);
  CHECK(row.flow.reallocations == 2);
  CHECK(row.flow.frees == 0);
}

TEST_CASE("recursion counts once in a line, and the function's peak is its outermost call's") {
  Program program;
  const NodeId outer_takes = program.f_at(10);
  const NodeId outer_recurses = program.f_at(11);
  const NodeId inner_takes = program.stacks.call(outer_recurses, {program.stacks.at(program.f, 10)});
  const NodeId inner_recurses = program.stacks.call(outer_recurses, {program.stacks.at(program.f, 11)});
  const NodeId third_takes = program.stacks.call(inner_recurses, {program.stacks.at(program.f, 10)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, outer_takes, 100);
  script.allocate(0, inner_takes, 100);
  script.allocate(0, third_takes, 100);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.increment == 300);
  CHECK(line(found, 10).flow.seen == 3);  // three different callers
  CHECK(line(found, 10).peak == 100);
  CHECK(line(found, 11).flow.increment == 200);
  CHECK(line(found, 11).flow.seen == 1);  // its outermost frame stays where it is
  CHECK(line(found, 11).peak == 200);
  CHECK(found.whole.flow.increment == 300);
  CHECK(found.whole.flow.seen == 1);
  CHECK(found.whole.peak == 300);
}

TEST_CASE("a lambda stands in a row of the function that it is written in") {
  Program program;
  const FunctionId lambda = program.stacks.add_function("operator()", program.file, program.f);
  const FunctionId inner_lambda = program.stacks.add_function("operator()", program.file, lambda);
  const FunctionId algorithm =
      program.stacks.add_function("for_each", program.stacks.add_file("/usr/include/c++/12/algo.h"));
  const NodeId f_calls = program.f_at(10);
  const NodeId loop = program.stacks.call(f_calls, {program.stacks.at(algorithm, 500)});
  const NodeId in_lambda = program.stacks.call(loop, {program.stacks.at(lambda, 11)});
  const NodeId in_inner = program.stacks.call(in_lambda, {program.stacks.at(inner_lambda, 12)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, in_lambda, 8);
  script.allocate(0, in_inner, 5);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.increment == 13);
  CHECK(line(found, 11).flow.increment == 13);
  CHECK(line(found, 12).flow.increment == 5);
  CHECK(found.whole.flow.increment == 13);
  CHECK(found.whole.flow.allocations == 2);
}

TEST_CASE("an OpenMP body counts although its thread has no frame of the function") {
  Program program;
  const FunctionId body = program.stacks.add_function("f._omp_fn.0", program.file, program.f);
  const FunctionId thread_start = program.stacks.add_function("start_thread", {});
  const NodeId worker = program.stacks.call({}, {program.stacks.at(thread_start, 0)});
  const NodeId in_worker = program.stacks.call(worker, {program.stacks.at(body, 15)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(1, in_worker, 64);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 15).flow.increment == 64);
  CHECK(found.whole.flow.increment == 64);
}

TEST_CASE("another thread neither ends a run nor shows in its difference") {
  Program program;
  const NodeId here = program.f_at(10), elsewhere = program.stacks.call({}, {program.stacks.at(program.g, 30)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, here, 10);
  script.allocate(1, elsewhere, 1000);
  script.allocate(0, here, 10);
  script.allocate(1, here, 7);
  script.allocate(0, here, 10);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.seen == 2);  // one of each thread
  CHECK(line(found, 10).flow.increment == 37);
  CHECK(line(found, 10).peak == 30);
  CHECK(line(found, 10).mem_usage == 1037);  // of the process, after thread 0's run
}

TEST_CASE("an event elsewhere in the same thread ends the run") {
  Program program;
  const NodeId here = program.f_at(10), elsewhere = program.stacks.call({}, {program.stacks.at(program.g, 30)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  const EventScript::Block block = script.allocate(0, here, 10);
  script.free(0, elsewhere, block);
  script.allocate(0, here, 10);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.seen == 2);
  CHECK(line(found, 10).peak == 10);
  CHECK(found.whole.flow.seen == 2);
}

TEST_CASE("two calls on one line from the same place are one run, from two places two") {
  Program program;
  const NodeId first_pc = program.f_at(10), second_pc = program.f_at(10);
  const NodeId called_elsewhere = program.stacks.call(program.main_at_4, {program.stacks.at(program.f, 10)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, first_pc, 1);
  script.allocate(0, second_pc, 2);
  script.allocate(0, called_elsewhere, 4);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.seen == 2);
  CHECK(line(found, 10).peak == 4);
  CHECK(found.whole.flow.seen == 2);
}

TEST_CASE("an inlined copy is told by the lines around it") {
  Program program;
  const auto inlined_at = [&](std::uint32_t main_line) {
    return program.stacks.call({},
                               {program.stacks.at(program.f, 10), program.stacks.at(program.main_function, main_line)});
  };
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, inlined_at(3), 1);
  script.allocate(0, inlined_at(3), 2);
  script.allocate(0, inlined_at(4), 4);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.increment == 7);
  CHECK(line(found, 10).flow.seen == 2);
  CHECK(line(found, 10).peak == 4);
}

TEST_CASE("what is inlined into a line of the function counts there") {
  Program program;
  const FunctionId push_back =
      program.stacks.add_function("push_back", program.stacks.add_file("/usr/include/c++/12/v.h"));
  const NodeId stack =
      program.stacks.call(program.main_at_3, {program.stacks.at(push_back, 1287), program.stacks.at(program.f, 14)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, stack, 48);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 14).flow.allocated == 48);
  CHECK_FALSE(has_line(found, 1287));
}

TEST_CASE("a frame of the function without a line goes to (no line)") {
  Program program;
  const NodeId stack = program.f_at(0), other = program.f_at(10);
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, stack, 48);
  script.allocate(0, other, 2);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 0).flow.increment == 48);
  CHECK(line(found, 0).file.none());
  CHECK(line(found, 0).flow.increment + line(found, 10).flow.increment == found.whole.flow.increment);
}

TEST_CASE("RSS is the latest sample at the end of a run, the highest of all runs") {
  Program program;
  program.rss = {{10, 1000}, {20, 5000}, {30, 2000}};
  const NodeId here = program.f_at(10), elsewhere = program.f_at(11);
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.set_ticks(5);
  script.allocate(0, here, 1);
  script.allocate(0, elsewhere, 1);
  script.set_ticks(15);
  script.allocate(0, here, 1);  // goes on at 25
  script.set_ticks(25);
  script.allocate(0, here, 1);
  script.set_ticks(35);
  script.allocate(0, elsewhere, 1);
  script.allocate(0, here, 1);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).rss == 5000);
  CHECK(line(found, 11).rss == 2000);
}

TEST_CASE("functions without events are told by seen, and several functions do not disturb each other") {
  Program program;
  const FunctionId unused = program.stacks.add_function("unused", program.file);
  program.chosen = {program.f, program.g, unused};
  const NodeId f_calls_g = program.f_at(12);
  const NodeId in_g = program.stacks.call(f_calls_g, {program.stacks.at(program.g, 20)});
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  script.allocate(0, in_g, 5);
  const std::vector<FunctionFlow> found = flow.finish();
  CHECK(line(found[0], 12).flow.increment == 5);
  CHECK(line(found[1], 20).flow.increment == 5);
  CHECK(found[0].lines.size() == 1);
  CHECK(found[2].whole.flow.seen == 0);
  CHECK(found[2].lines.empty());
}

TEST_CASE("an event without a stack ends runs and is charged to no line") {
  Program program;
  const NodeId here = program.f_at(10), nowhere = program.stacks.unknown();
  LineFlow flow(program.stacks, program.chosen, program.rss);
  EventScript script(flow);
  const EventScript::Block block = script.allocate(0, here, 10);
  script.free(0, nowhere, block);
  script.allocate(0, here, 10);
  const FunctionFlow found = flow.finish()[0];
  CHECK(line(found, 10).flow.increment == 20);
  CHECK(line(found, 10).flow.seen == 2);
}

}  // namespace
}  // namespace memline::model
