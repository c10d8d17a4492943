/// \file What the replay's tests share: a trace in the making, an observer that keeps everything, sums over it.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "replay/replay.h"
#include "support/trace_builder.h"

namespace memline::testing {

/// A Change and a copy of its shares.
struct SeenChange {
  replay::Change change;
  std::vector<replay::OwnerShare> released;
};

struct Keeper : replay::Observer {
  void on_inherited(const replay::OwnerShare& share) override { inherited.push_back(share); }
  void on_change(const replay::Change& change) override {
    changes.push_back({change, {change.released.begin(), change.released.end()}});
  }
  void on_unobserved(ThreadId thread, std::int64_t /*live_bytes*/) override { unobserved.push_back(thread); }
  void on_vanished(const replay::OwnerShare& share, std::int64_t /*live_bytes*/) override { vanished.push_back(share); }

  std::vector<SeenChange> changes;
  std::vector<ThreadId> unobserved;
  std::vector<replay::OwnerShare> inherited;
  std::vector<replay::OwnerShare> vanished;
};

/// Lane 0 is thread 0 with stacks a, b, c; lane 1 is thread 1 with stacks d, e. Times are given out by one counter, so
/// that records come in the order in which they are added.
class Script {
 public:
  explicit Script(const trace::ImageStart& start = TraceBuilder::image_start()) {
    trace.begin_image(start);
    a = trace.stack(0, {0x10, 0x1a});
    b = trace.stack(0, {0x10, 0x1b});
    c = trace.stack(0, {0x10, 0x1c});
    trace.thread(1, 1);
    d = trace.stack(1, {0x20, 0x2d});
    e = trace.stack(1, {0x20, 0x2e});
  }

  void malloc(std::uint32_t lane, std::uint64_t address, std::uint64_t bytes, std::uint32_t stack) {
    trace.add(lane, trace::Acquire{++time, address, bytes, stack, trace::Origin::kMalloc});
  }
  void free(std::uint32_t lane, std::uint64_t address, std::uint32_t stack) {
    trace.add(lane, trace::Release{++time, address, stack});
  }
  void move_begin(std::uint32_t lane, std::uint64_t address) { trace.add(lane, trace::MoveBegin{++time, address}); }
  void move_end(std::uint32_t lane, std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes,
                std::uint32_t stack) {
    trace.add(lane, trace::MoveEnd{++time, old_address, address, bytes, stack});
  }
  void realloc(std::uint32_t lane, std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes,
               std::uint32_t stack) {
    move_begin(lane, old_address);
    move_end(lane, old_address, address, bytes, stack);
  }

  /// Scans and replays image `image`.
  replay::Outcome run(const replay::EventFilter& filter = {}, const replay::StopPoint& stop = {},
                      std::size_t image = 0) {
    recording = trace.scan();
    seen = {};
    blocks.clear();
    auto outcome = replay::replay(recording, image, filter, stop, &seen,
                                  [this](const replay::LiveBlock& block) { blocks.push_back(block); });
    if (!outcome) throw std::runtime_error(outcome.error().message);
    return *outcome;
  }

  /// The offset of the innermost frame: names the stacks a to e as 0x1a to 0x2e. 0 for an unknown stack.
  std::uint64_t leaf(NodeId node, std::size_t image = 0) const {
    const replay::StackTable& stacks = recording.images[image].stacks;
    return stacks.is_frame(node) ? stacks.node(node).offset : 0;
  }
  /// Live bytes by the leaf of their owner, at the stop point.
  std::map<std::uint64_t, std::uint64_t> live_by_leaf(std::size_t image = 0) const {
    std::map<std::uint64_t, std::uint64_t> bytes;
    for (const replay::LiveBlock& block : blocks) bytes[leaf(block.owner, image)] += block.bytes;
    return bytes;
  }
  /// Acquired minus released bytes over all changes.
  std::int64_t net() const {
    std::uint64_t net = 0;
    for (const SeenChange& one : seen.changes) net += one.change.acquired_bytes - one.change.released_bytes;
    return static_cast<std::int64_t>(net);
  }

  TraceBuilder trace;
  std::uint32_t a = 0, b = 0, c = 0, d = 0, e = 0;
  std::uint64_t time = 0;

  replay::Recording recording;
  Keeper seen;
  std::vector<replay::LiveBlock> blocks;
};

}  // namespace memline::testing
