/// \file BlockTypes: the C++ type of the object in a block, told from the stack of its allocation.
/// Grows with distinct stacks. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/frame_source.h"

namespace memline::model {

/// How a type was found.
enum class TypeRule : std::uint8_t {
  kNone,         ///< it was not
  kAllocator,    ///< template argument of the allocator
  kMaker,        ///< template argument of make_unique and its like
  kContainer,    ///< template argument of the container whose member allocates
  kConstructor,  ///< the constructor that runs on it
  kVariable,     ///< the variable that its address goes into
  kMember,       ///< the member or element that its address goes into
  kResult,       ///< what the function returns that hands it on
};
/// For people, as in "allocator's template argument"; "" for kNone.
std::string_view to_string(TypeRule rule);

struct BlockType {
  TypeRule rule = TypeRule::kNone;
  std::string kind;   ///< the type; "" where it is not known
  NodeId stopped_at;  ///< where it is not known: the innermost frame that should tell; none() if there is none
  /// The linker folded the code of several functions into one: `kind` is but one of the types that it may be, and
  /// `rule` is kNone.
  bool is_ambiguous = false;
  NodeId allocator{};  ///< where it is not known: the outermost frame of an allocator of the program's own
  NodeId kept_by{};    ///< where it is not known: the innermost frame that does not hand the pointer on; or none()
};

class BlockTypes {
 public:
  /// Must outlive it.
  explicit BlockTypes(FrameSource& frames) : frames_(frames) {}

  /// Of a block of so many bytes that was allocated on this stack.
  BlockType find(NodeId stack, std::uint64_t bytes);

 private:
  BlockType find_by_name(NodeId stack);
  BlockType find_by_use(NodeId stack, std::uint64_t bytes);

  FrameSource& frames_;
};

}  // namespace memline::model
