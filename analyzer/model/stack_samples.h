/// \file StackSamples: the samples of one pass over the recording, added up by stack.
///
/// Sums of lines and sites are made from these afterwards, so that a sample costs one addition however many lines stand
/// on its stack. Memory: one number a counter and distinct stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/counter_model.h"
#include "model/frame_source.h"
#include "model/profiler_stacks.h"
#include "model/report_model.h"
#include "replay/change.h"

namespace memline::model {

class StandingLines;

class StackSamples : public replay::Observer {
 public:
  /// All must outlive it.
  StackSamples(const CounterColumns& columns, FrameSource& frames) : columns_(columns), own_(frames) {}

  bool wants_changes() override { return false; }
  void on_sample(const replay::SampleEvent& sample) override;
  /// By NodeId::index(); empty for stacks without samples. `self` is all of it.
  const std::vector<CounterSums>& by_stack() const { return by_stack_; }
  /// What memline itself has caused in the program's process; it stands at no stack.
  const CounterSums& profiler() const { return profiler_; }

 private:
  const CounterColumns& columns_;
  ProfilerStacks own_;
  CounterSums profiler_;
  std::vector<CounterSums> by_stack_;
};

/// Bytes of each slot of `lines`, likewise.
std::vector<std::int64_t> bytes_by_slot(const std::vector<std::int64_t>& by_stack, StandingLines& lines);

/// What the samples say of each slot of `lines` (indexed by slot).
std::vector<CounterSums> sums_by_slot(const std::vector<CounterSums>& by_stack, StandingLines& lines);

}  // namespace memline::model
