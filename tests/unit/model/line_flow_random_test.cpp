// LineFlow against a plain reading of the definitions, on random programs: no lists, no slots, no streaming.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "event_script.h"
#include "fake_stacks.h"
#include "model/line_flow.h"
#include "support/catch.h"

namespace memline::model {
namespace {

struct Event {
  std::size_t thread = 0;
  NodeId stack;
  std::int64_t acquired = 0, released = 0, live = 0;
};

/// Keeps the events and shows them to the pass under test.
class Recorder : public replay::Observer {
 public:
  explicit Recorder(replay::Observer& next) : next_(next) {}
  void on_change(const replay::Change& change) override {
    events.push_back({change.thread.index(), change.stack, static_cast<std::int64_t>(change.acquired_bytes),
                      static_cast<std::int64_t>(change.released_bytes), change.live_bytes});
    next_.on_change(change);
  }
  std::vector<Event> events;

 private:
  replay::Observer& next_;
};

/// One source frame of a stack, and all that is outside of it, as text.
struct Seen {
  std::uint32_t line = 0;
  std::string context;
};

/// The frames of `f` (and of what is written in it) on a stack, outermost first.
std::vector<Seen> frames_of(FakeStacks& stacks, FunctionId f, NodeId stack) {
  std::vector<NodeId> nodes;
  for (NodeId node = stack; !node.none(); node = stacks.parent(node)) nodes.insert(nodes.begin(), node);
  const auto is_of_f = [&](FunctionId id) {
    while (!id.none() && id != f) id = stacks.function(id).enclosing;
    return !id.none();
  };
  std::vector<std::pair<symbols::Frame, std::string>> all;
  for (const NodeId node : nodes) {
    const auto frames = stacks.frames(node);
    std::string context = "called from node " + std::to_string(stacks.parent(node).value);
    const symbols::Frame& outermost = frames.back();
    if (!all.empty() && is_of_f(outermost.function) && all.back().first.function == outermost.function &&
        symbols::is_same_call(all.back().first.copy, outermost.copy)) {
      context = all.back().second;
      all.pop_back();
    }
    for (std::size_t i = frames.size(); i-- > 0;) {
      all.emplace_back(frames[i], context);
      context += ", in " + std::to_string(frames[i].function.value) + " at " + std::to_string(frames[i].line);
    }
  }
  std::vector<Seen> found;
  for (const auto& [frame, context] : all) {
    if (is_of_f(frame.function)) found.push_back({frame.line, context});
  }
  return found;
}

struct Expected {
  std::int64_t increment = 0, peak = 0, mem_usage = 0;
  std::uint64_t seen = 0;
};

/// `key_of(event)` is the context in which the line stands, "" if it does not.
template <class KeyOf>
Expected expect(const std::vector<Event>& events, const KeyOf& key_of) {
  Expected expected;
  bool any = false;
  for (const std::size_t thread : {0, 1, 2}) {
    std::string running;
    std::int64_t difference = 0, live = 0;
    const auto end_run = [&] {
      if (running.empty()) return;
      expected.mem_usage = any ? std::max(expected.mem_usage, live) : live;
      any = true;
    };
    for (const Event& event : events) {
      if (event.thread != thread) continue;
      const std::string key = key_of(event);
      if (key != running) {
        end_run();
        running = key;
        difference = 0;
        if (!key.empty()) ++expected.seen;
      }
      if (key.empty()) continue;
      difference += event.acquired - event.released;
      live = event.live;
      expected.increment += event.acquired - event.released;
      expected.peak = std::max(expected.peak, difference);
    }
    end_run();
  }
  return expected;
}

class RandomProgram {
 public:
  explicit RandomProgram(unsigned seed, bool recursive) : random_(seed) {
    const FileId file = stacks.add_file("/src/app.cpp");
    f = stacks.add_function("f", file);
    const FunctionId lambda = stacks.add_function("operator()", file, f);
    std::vector<FunctionId> others;
    for (const char* name : {"main", "g", "h"}) others.push_back(stacks.add_function(name, file));
    for (std::size_t i = 0; i < 60; ++i) {
      const NodeId caller = nodes_.empty() || pick(6) == 0 ? NodeId{} : nodes_[pick(nodes_.size())];
      const bool f_is_there = !caller.none() && !frames_of(stacks, f, caller).empty();
      std::vector<symbols::Frame> frames;
      bool f_is_here = false;
      for (std::size_t count = 1 + pick(3); count > 0; --count) {
        FunctionId function = others[pick(others.size())];
        if (pick(3) == 0 && (recursive || (!f_is_there && !f_is_here))) {
          function = recursive && pick(3) == 0 ? lambda : f;
          f_is_here = true;
        }
        frames.push_back(stacks.at(function, static_cast<std::uint32_t>(pick(5))));
      }
      // Now and then the frame that f is in goes on in what was split off from it.
      const symbols::Frame* const inner = caller.none() ? nullptr : &stacks.frames(caller).front();
      if (inner != nullptr && (inner->function == f || pick(4) == 0) && pick(2) == 0) {
        frames.back().function = inner->function;
        frames.back().copy.parts = static_cast<std::uint8_t>(inner->copy.parts + (recursive ? pick(2) : 1));
      }
      nodes_.push_back(stacks.call(caller, frames));
    }
  }

  void run(EventScript& script) {
    std::vector<EventScript::Block> blocks;
    NodeId stack = nodes_[0];
    for (int i = 0; i < 400; ++i) {
      if (pick(3) == 0) stack = nodes_[pick(nodes_.size())];
      const std::size_t thread = pick(3), action = blocks.empty() ? 0 : pick(5);
      if (action <= 2) {
        blocks.push_back(script.allocate(thread, stack, pick(1000)));
      } else if (action == 3) {
        script.reallocate(thread, stack, blocks[pick(blocks.size())], pick(1000));
      } else {
        const std::size_t which = pick(blocks.size());
        script.free(thread, stack, blocks[which]);
        blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(which));
      }
    }
  }

  FakeStacks stacks;
  FunctionId f;

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  std::mt19937 random_;
  std::vector<NodeId> nodes_;
};

void check_same(const LineFlowRow& row, const Expected& expected) {
  CHECK(row.flow.increment == expected.increment);
  CHECK(row.flow.seen == expected.seen);
  CHECK(row.peak == expected.peak);
  CHECK(row.mem_usage == expected.mem_usage);
}

void check_random_program(unsigned seed, bool recursive) {
  CAPTURE(seed, recursive);
  RandomProgram program(seed, recursive);
  const std::vector<FunctionId> chosen{program.f};
  LineFlow flow(program.stacks, chosen, {});
  Recorder recorder(flow);
  EventScript script(recorder);
  program.run(script);
  const FunctionFlow found = flow.finish()[0];

  std::map<NodeId, std::vector<Seen>> seen;
  std::set<std::uint32_t> lines;
  for (const Event& event : recorder.events) {
    if (seen.count(event.stack) == 0) seen[event.stack] = frames_of(program.stacks, program.f, event.stack);
    for (const Seen& frame : seen[event.stack]) lines.insert(frame.line);
  }
  check_same(found.whole, expect(recorder.events, [&](const Event& event) {
               return seen[event.stack].empty() ? "" : seen[event.stack].front().context;
             }));
  REQUIRE(found.lines.size() == lines.size());
  std::int64_t sum = 0;
  for (const LineFlowRow& row : found.lines) {
    CAPTURE(row.line);
    check_same(row, expect(recorder.events, [&](const Event& event) -> std::string {
                 for (const Seen& frame : seen[event.stack]) {
                   if (frame.line == row.line) return frame.context;
                 }
                 return "";
               }));
    sum += row.flow.increment;
  }
  if (!recursive) CHECK(sum == found.whole.flow.increment);
}

TEST_CASE("LineFlow agrees with the definitions on random programs") {
  for (unsigned seed = 1; seed <= 40; ++seed) check_random_program(seed, true);
}

TEST_CASE("the lines of a function that does not recurse add up to its own change") {
  for (unsigned seed = 101; seed <= 140; ++seed) check_random_program(seed, false);
}

}  // namespace
}  // namespace memline::model
