/// \file StandingLines: which lines of some chosen functions a stack stands at, and called from where.
///
/// A frame belongs to a chosen function F if it is F's, or of a lambda or OpenMP body written in F. Every line of F on
/// a stack is listed once, with the context of the outermost frame that stands there: the physical caller and the
/// inlined frames around it within the same physical frame. F itself is listed too, with the context of its outermost
/// frame. Equal contexts mean the same run of the line, as far as stacks can tell.
///
/// A call of F that runs through two copies of it (function_copy.h) stands on the stack twice, at the place where the one
/// calls the other and at the line that runs. Only the latter counts, with the context of the former.
///
/// A stack's list extends its caller's, so each node is looked at once, and nodes that add nothing share the list of
/// their caller. Grows with distinct stacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/large_memory.h"
#include "model/frame_source.h"

namespace memline::model {

/// A line, or a whole function, that events are charged to.
struct Slot {
  std::size_t function = 0;  ///< index into the chosen functions
  bool whole = false;        ///< the function itself; file and line do not matter
  FileId file;               ///< none() where line == 0
  std::uint32_t line = 0;    ///< 0: `(no line)`
};

/// What stands on a stack.
struct Standing {
  std::uint32_t slot = 0;
  std::uint32_t chain = 0;  ///< inlined frames around it, interned; 0: none
  NodeId caller;            ///< none(): the stack ends here

  bool same_context(const Standing& other) const { return caller == other.caller && chain == other.chain; }
};

class StandingLines {
 public:
  StandingLines(FrameSource& frames, std::span<const FunctionId> functions);

  /// The list of a stack, for list(); equal numbers mean equal lists. 0 is the empty one.
  std::uint32_t list_of(NodeId stack) {
    const std::uint32_t known = stack.index() < list_by_node_.size() ? list_by_node_[stack.index()] : 0;
    return known != 0 ? known - 1 : make_list_of(stack);
  }
  std::span<const Standing> list(std::uint32_t index) const { return lists_[index]; }
  /// Of the slots of a stack, those of its innermost source frame: what runs there itself.
  std::vector<std::uint32_t> innermost_slots(NodeId stack);
  std::size_t list_count() const { return lists_.size(); }
  const Slot& slot(std::uint32_t index) const { return slots_[index]; }
  std::size_t slot_count() const { return slots_.size(); }

 private:
  /// What stands around a frame: the list so far, and the context.
  struct Around {
    std::uint32_t list = 0;
    std::uint32_t chain = 0;
    NodeId caller;
  };

  std::uint32_t make_list_of(NodeId stack);
  std::uint32_t extend(std::uint32_t callers_list, NodeId node);
  /// Whether the innermost frame of `caller` and what it called are the same call.
  bool goes_on_from(NodeId caller, const symbols::Frame& rest) const;
  /// Of a node that was extended to already.
  Around around_innermost(NodeId node);
  Around add_frames(Around around, std::span<const symbols::Frame> frames);
  const std::vector<std::size_t>& functions_of(FunctionId id);
  /// Whether a chosen function can have an instance in the module.
  bool may_concern(ModuleId module);
  std::uint32_t find_slot(std::size_t function, bool whole, FileId file, std::uint32_t line);
  std::uint32_t find_line_slot(std::size_t function, const symbols::Frame& frame);
  std::uint32_t inner_chain(std::uint32_t outer, const symbols::Frame& frame);

  FrameSource& frames_;
  bool any_in_c_library_ = false;  ///< of the chosen functions
  enum class Known : std::uint8_t { kNotYet, kNo, kYes };
  std::vector<Known> concerned_;                                     ///< by module
  std::unordered_map<FunctionId, std::vector<std::size_t>> chosen_;  ///< where each stands among the chosen ones
  std::vector<Slot> slots_;
  std::map<std::tuple<std::size_t, bool, FileId, std::uint32_t>, std::uint32_t> slot_index_;
  std::map<std::tuple<std::uint32_t, FunctionId, FileId, std::uint32_t>, std::uint32_t> chains_;
  struct ChosenOf {
    bool known = false;
    std::vector<std::size_t> functions;
  };
  std::vector<ChosenOf> functions_of_;  ///< by FunctionId
  const std::vector<std::size_t> no_functions_;
  using List = std::vector<Standing>;
  std::vector<List, LargeAllocator<List>> lists_ = std::vector<List, LargeAllocator<List>>(1);
  std::vector<std::uint32_t, LargeAllocator<std::uint32_t>> list_by_node_;  ///< list index + 1, 0: not known yet
  std::unordered_map<NodeId, Around> around_;            ///< the outermost frame, where it goes on from its caller's
  std::unordered_map<NodeId, Around> around_innermost_;  ///< the frame that such a one goes on from
  std::vector<NodeId> path_;                             ///< kept between calls for its memory
};

}  // namespace memline::model
