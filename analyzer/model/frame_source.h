/// \file FrameSource: the stacks of one image as source frames, as the passes of this folder need them.
/// StackSymbols is the real one; tests bring their own. One thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/strong_id.h"
#include "symbols/function.h"
#include "symbols/symbolizer.h"

namespace memline::model {

class FrameSource {
 public:
  FrameSource() = default;
  virtual ~FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;

  /// Nodes are counted from 0; there may be more of them later.
  virtual std::size_t node_count() const = 0;
  /// The physical caller; none() for what is not called by a frame.
  virtual NodeId parent(NodeId node) const = 0;
  /// none() for code in no module, and for what is no frame.
  virtual ModuleId module(NodeId node) const = 0;
  /// The source frames of this one physical frame, innermost first; empty for what is no frame. Valid as long as the
  /// FrameSource.
  virtual std::span<const symbols::Frame> frames(NodeId node) = 0;
  /// What the code behind this physical frame's call tells about the type of what it returned. Valid as long as the
  /// FrameSource.
  virtual const symbols::CallTypes& call_types(NodeId /*node*/) {
    static const symbols::CallTypes kNothing;
    return kNothing;
  }
  /// Says that frames() of all these nodes will be asked for.
  virtual void prepare(std::span<const NodeId> /*nodes*/) {}
  virtual const symbols::Function& function(FunctionId id) const = 0;
  virtual std::string_view file(FileId id) const = 0;
  virtual const symbols::ModuleFile& module_file(ModuleId id) const = 0;
};

}  // namespace memline::model
