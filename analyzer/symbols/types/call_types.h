/// \file CallTypes: what the code around one call of an allocating function tells about the object that it is for.
/// Plain data; says nothing of sizes that blocks really have: a hint counts only for blocks that it fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace memline::symbols {

/// What tells the type.
enum class TypeClue : std::uint8_t {
  kConstructor,  ///< the constructor that runs on the new memory
  kVariable,     ///< the type of the variable that the pointer goes into
  kMember,       ///< likewise of a member or an array's element
  kResult,       ///< what the function that got the pointer returns
};

struct TypeHint {
  std::string type;
  std::uint64_t type_bytes = 0;  ///< 0: unknown
  std::uint64_t offset = 0;      ///< where in the block it begins: allocators keep sizes before it
  bool is_open_ended = false;    ///< its last member is an array without bound, or bytes follow it
  TypeClue clue = TypeClue::kVariable;

  friend bool operator==(const TypeHint&, const TypeHint&) = default;
};

struct CallTypes {
  std::vector<TypeHint> hints;  ///< the surest first
  /// The pointer, moved by so many bytes, is the function's result: what its caller does with it tells as much.
  std::optional<std::uint64_t> returned_offset;
  bool returns_untyped = false;  ///< as void*: then its caller knows better what it is
  /// Other functions whose code the linker folded with that of the calling one, by qualified name: what holds for it may
  /// hold for them.
  std::vector<std::string> folded;
  bool asks_for_array = false;  ///< the call is one of operator new[]

  friend bool operator==(const CallTypes&, const CallTypes&) = default;
};

}  // namespace memline::symbols
