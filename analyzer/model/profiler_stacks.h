/// \file ProfilerStacks: which stacks stand in memline's own code: what was sampled there is no line's.
#pragma once

#include <cstdint>
#include <vector>

#include "model/frame_source.h"

namespace memline::model {

class ProfilerStacks {
 public:
  /// `frames` must outlive it.
  explicit ProfilerStacks(FrameSource& frames) : frames_(frames) {}

  bool contains(NodeId stack) {
    const ModuleId module = stack.none() ? ModuleId{} : frames_.module(stack);
    if (module.none()) return false;
    if (known_.size() <= module.index()) known_.resize(module.index() + 1, -1);
    std::int8_t& known = known_[module.index()];
    if (known < 0) known = frames_.module_file(module).path.ends_with("/libmemline.so") ? 1 : 0;
    return known == 1;
  }

 private:
  FrameSource& frames_;
  std::vector<std::int8_t> known_;  ///< by ModuleId: -1 not known yet
};

}  // namespace memline::model
