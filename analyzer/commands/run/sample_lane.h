/// \file SampleLane: the samples of one program, on their way into its trace.
///
/// They are kept here until the trace is found and it is known which image of it the program became; then they are
/// written with what defines their stacks. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "commands/run/outside_lane.h"
#include "commands/run/tick_clock.h"
#include "sampling/sampler.h"

namespace memline::commands {

class SampleLane {
 public:
  /// The program began at `begin_ns`.
  explicit SampleLane(std::uint64_t begin_ns) : begin_ns_(begin_ns) {}

  void add(const sampling::TakenSample& sample);
  /// The next program of the process began.
  void end_at(std::uint64_t end_ns) { end_ns_ = end_ns; }
  std::uint64_t end_ns() const { return end_ns_; }
  /// Whether a program that the preload saw begin at that time is this one.
  bool holds(std::uint64_t monotonic_ns) const { return monotonic_ns >= begin_ns_ && monotonic_ns < end_ns_; }

  bool has_place() const { return lane_.has_value(); }
  bool empty() const { return entries_.empty(); }
  /// From now on flush() writes. `counters` are defined first.
  void place(OutsideTrace& trace, const ImageBeginning& beginning, std::span<const sampling::OpenedCounter> counters);
  void flush(const TickClock& clock);
  void add_totals(std::span<const sampling::OpenedCounter> counters, std::span<const sampling::ProcessTotal> totals);
  void add_lost(std::uint64_t records);
  void seal();

 private:
  struct Node {
    std::uint32_t parent = 0, module = 0;
    std::uint64_t offset = 0;
    bool exact = false;
    trace::StackEnd end = trace::StackEnd::kRoot;  ///< where parent is 0
    friend bool operator==(const Node&, const Node&) = default;
  };
  struct NodeHash {
    std::size_t operator()(const Node& node) const;
  };
  struct Entry {
    std::uint64_t time_ns = 0, value = 0, address = 0;
    std::uint32_t tid = 0, counter = 0, stack = 0;
    bool fault = false;
  };

  std::uint32_t module_number(const sampling::CodeModule* module);
  std::uint32_t stack_id(std::span<const sampling::WalkedFrame> frames, trace::StackEnd end);
  void define_modules();
  void define_stacks();

  std::uint64_t begin_ns_, end_ns_ = ~std::uint64_t{0};
  std::vector<Entry> entries_;
  std::uint64_t dropped_ = 0;
  std::vector<const sampling::CodeModule*> modules_;
  std::unordered_map<const sampling::CodeModule*, std::uint32_t> module_numbers_;
  std::vector<Node> nodes_;  ///< a stack's id is its place + 1
  std::unordered_map<Node, std::uint32_t, NodeHash> node_ids_;
  std::size_t modules_defined_ = 0, nodes_defined_ = 0;
  std::optional<OutsideLane> lane_;
  TraceClock clock_;
  std::uint64_t last_ticks_ = 0;
};

}  // namespace memline::commands
