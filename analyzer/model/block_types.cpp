#include "model/block_types.h"

#include <optional>
#include <utility>

#include "symbols/types/allocating_function.h"
#include "symbols/types/held_type.h"

namespace memline::model {
namespace {

using symbols::AllocatingFunction;
using Role = AllocatingFunction::Role;

/// Source frames that are looked at behind the allocator for the container it works for; libstdc++ needs 12 at -O0.
constexpr int kMostMembers = 24;

/// The source frames of a stack from the innermost outwards, those of inlined functions included.
class Frames {
 public:
  Frames(FrameSource& source, NodeId innermost) : source_(source), node_(innermost) { settle(); }

  bool done() const { return node_.none(); }
  NodeId node() const { return node_; }
  const symbols::Frame& frame() const { return source_.frames(node_)[depth_]; }
  /// "" where not even a symbol is known.
  std::string_view function() const {
    const FunctionId id = frame().function;
    return id.none() ? std::string_view() : std::string_view(source_.function(id).qualified);
  }
  void next() {
    ++depth_;
    settle();
  }

 private:
  void settle() {
    while (!node_.none() && depth_ >= source_.frames(node_).size()) {
      node_ = source_.parent(node_);
      depth_ = 0;
    }
  }

  FrameSource& source_;
  NodeId node_;
  std::size_t depth_ = 0;
};

/// A memory resource of the standard library that only hands on what operator new gave has no symbol.
bool is_nameless_library_code(FrameSource& source, const Frames& at) {
  if (!at.function().empty()) return false;
  const ModuleId module = source.module(at.node());
  if (module.none()) return false;
  const std::string& path = source.module_file(module).path;
  return path.find("/libstdc++.so") != std::string::npos || path.find("/libc++.so") != std::string::npos;
}

/// The node's name by the container that asked for it.
std::string container_node(Frames at, const std::string& value) {
  for (int i = 0; i < kMostMembers && !at.done(); ++i, at.next()) {
    if (std::string node = symbols::node_of_member(at.function(), value); !node.empty()) return node;
  }
  return "";
}

TypeRule rule_of(Role role) {
  return role == Role::kAllocator ? TypeRule::kAllocator
         : role == Role::kMakes   ? TypeRule::kMaker
                                  : TypeRule::kContainer;
}

}  // namespace

std::string_view to_string(TypeRule rule) {
  switch (rule) {
    case TypeRule::kNone:
      return "";
    case TypeRule::kAllocator:
      return "template argument of the allocator";
    case TypeRule::kMaker:
      return "function that makes it";
    case TypeRule::kContainer:
      return "template argument of the container";
  }
  return "";
}

BlockType BlockTypes::find(NodeId stack) {
  Frames at(frames_, stack);
  std::optional<AllocatingFunction> found;
  NodeId stopped_at;  // the innermost frame that does more than hand on
  for (; !at.done(); at.next()) {
    AllocatingFunction function = symbols::allocating_function(at.function());
    // Compilers fold the inner functions of several allocators into one: the outermost of them is the one that was meant.
    if (found && function.role != Role::kAllocator) break;
    if (!function.type.empty()) {
      found = std::move(function);
      if (found->role != Role::kAllocator) break;
    } else if (function.role != Role::kPasses) {
      if (stopped_at.none()) stopped_at = at.node();
      if (!is_nameless_library_code(frames_, at)) break;
    }
  }
  if (!found) return {TypeRule::kNone, "", stopped_at};
  symbols::HeldType held = symbols::held_type(found->type);
  if (!held.value.empty()) {
    if (std::string node = container_node(at, held.value); !node.empty()) held.kind = std::move(node);
  }
  return {rule_of(found->role), std::move(held.kind), {}};
}

}  // namespace memline::model
