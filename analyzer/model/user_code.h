/// \file OwnRules: which code is the user's own, and UserLines: the line of a stack that is charged.
///
/// Going outwards from the event, the user line is the first frame that is the user's own code; if there is none, the
/// innermost frame of the main executable that is not start-up code; else the function of the innermost frame of all, as
/// a symbol of its module: a line of it is of no use to anybody, and is known only where its debug information happens to
/// be installed. Blocks that an allocator of the program's own reports (memline_pool_alloc() of marker.h) are charged to
/// the caller of the function that reports them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/large_memory.h"
#include "model/frame_source.h"

namespace memline::model {

class OwnRules {
 public:
  /// Patterns as path_matches() takes them, for source files and for modules. not_own wins over own.
  OwnRules(std::vector<std::string> own, std::vector<std::string> not_own);

  /// Whether a line of `file`, compiled into `module`, is the user's own.
  bool is_own(std::string_view file, std::string_view module, bool main_executable) const;
  /// Whether no line compiled into `module` can be the user's own, whatever its file.
  bool is_never_own(std::string_view module, bool main_executable) const;
  /// The rules in force for people, one a line.
  std::vector<std::string> describe() const;

 private:
  std::vector<std::string> own_;
  std::vector<std::string> not_own_;
};

/// A line that is charged.
struct UserLine {
  NodeId node;            ///< its physical frame
  std::size_t depth = 0;  ///< which of the source frames of that
  symbols::Frame frame;   ///< line may be 0, then see why; kNone: no line of such code is charged
  ModuleId module;
  bool own = false;  ///< false: no frame of the stack is the user's own
};

/// Finds user lines, keeping what it decided of each file, module and node: a stack is looked at no farther out than
/// where it leaves those that were looked at before. Frames of modules that cannot hold a user line are not asked for
/// as long as the answer does not depend on them. The frame source and the rules must outlive it.
class UserLines {
 public:
  UserLines(FrameSource& frames, const OwnRules& rules) : frames_(frames), rules_(rules) {}

  /// Null: the stack has no frame at all.
  std::optional<UserLine> find(NodeId stack);
  /// Whether the frame has a line that is the user's own.
  bool is_own_line(const symbols::Frame& frame, ModuleId module) {
    return frame.line != 0 && !frame.file.none() && is_own(frame.file, module);
  }
  /// Whether nothing but its innermost frame can be charged, and that is the C library's.
  bool is_c_librarys(NodeId stack);
  /// Whether a frame of the module may be the user's own.
  bool may_be_own(ModuleId module) { return !kind(module).never_own; }

 private:
  /// One source frame of a node; node none(): no frame.
  struct Place {
    NodeId node;
    std::uint32_t depth = 0;
  };
  /// What stands on a stack, of the frames from a node outwards.
  struct Outwards {
    Place own;  ///< the innermost that is the user's own
    /// If there is none: the innermost of the main executable that is not start-up code; main's callers are that.
    Place in_program;
    bool known = false;
  };
  struct ModuleKind {
    bool known = false;
    bool main_executable = false, never_own = false, c_library = false;
  };

  const ModuleKind& kind(ModuleId module);
  const Outwards& outwards(NodeId stack);
  /// The first frame of the node, from `depth` outwards, that is the user's own.
  Place own_in(NodeId node, std::size_t depth);
  /// The innermost frame of the node that is the main executable's and no start-up code.
  Place program_in(NodeId node);
  UserLine line_at(Place place, bool own);
  /// The function that the node's code is, without the line; what no module holds has nothing but its line.
  UserLine symbol_at(NodeId node);
  /// The next frame outside of `inner` that is the user's own.
  Place own_outside(Place inner);
  bool is_own(FileId file, ModuleId module);
  bool reports_pool(const symbols::Frame& frame) const;

  FrameSource& frames_;
  const OwnRules& rules_;
  enum class Known : std::uint8_t { kNotYet, kNo, kYes };
  std::vector<std::vector<Known>> own_by_module_;             ///< [module + 1][file]
  std::vector<ModuleKind> kinds_;                             ///< [module + 1]
  std::vector<Outwards, LargeAllocator<Outwards>> outwards_;  ///< by node
  std::vector<NodeId> path_;                                  ///< kept between calls for its memory
};

}  // namespace memline::model
