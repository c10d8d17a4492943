#include "model/stack_samples.h"

#include <algorithm>

#include "model/standing_lines.h"

namespace memline::model {

void StackSamples::on_sample(const replay::SampleEvent& sample) {
  const std::optional<std::size_t> column = columns_.column_of(sample.counter);
  if (!column || sample.stack.none() || !sample.observed) return;
  const std::uint64_t value = columns_.scaled(*column, sample.value);
  if (own_.contains(sample.stack)) {
    profiler_.resize(columns_.all().size());
    profiler_[*column] += {value, 1, value};
    return;
  }
  if (by_stack_.size() <= sample.stack.index()) by_stack_.resize(sample.stack.index() + 1);
  CounterSums& sums = by_stack_[sample.stack.index()];
  sums.resize(columns_.all().size());
  sums[*column] += {value, 1, value};
}

std::vector<std::int64_t> bytes_by_slot(const std::vector<std::int64_t>& by_stack, StandingLines& lines) {
  std::vector<std::int64_t> by_slot;
  for (std::size_t stack = 0; stack < by_stack.size(); ++stack) {
    if (by_stack[stack] == 0) continue;
    const std::uint32_t list = lines.list_of(NodeId{stack});
    by_slot.resize(lines.slot_count());
    for (const Standing& standing : lines.list(list)) by_slot[standing.slot] += by_stack[stack];
  }
  by_slot.resize(lines.slot_count());
  return by_slot;
}

std::vector<CounterSums> sums_by_slot(const std::vector<CounterSums>& by_stack, StandingLines& lines) {
  std::vector<CounterSums> by_slot;
  for (std::size_t stack = 0; stack < by_stack.size(); ++stack) {
    if (by_stack[stack].empty()) continue;
    const std::uint32_t list = lines.list_of(NodeId{stack});
    if (list == 0) continue;
    by_slot.resize(lines.slot_count());
    CounterSums inclusive = by_stack[stack];
    for (CounterSum& sum : inclusive) sum.self = 0;
    for (const Standing& standing : lines.list(list)) add(by_slot[standing.slot], inclusive);
    for (const std::uint32_t slot : lines.innermost_slots(NodeId{stack})) {
      for (std::size_t i = 0; i < inclusive.size(); ++i) by_slot[slot][i].self += by_stack[stack][i].self;
    }
  }
  by_slot.resize(lines.slot_count());
  return by_slot;
}

}  // namespace memline::model
