/// \file StrongId<Tag>: an index into one table that cannot be mixed up with an index into another.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace memline {

template <class Tag>
struct StrongId {
  static constexpr std::uint32_t kNoneValue = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t value = kNoneValue;

  constexpr StrongId() = default;
  constexpr explicit StrongId(std::size_t index) : value(static_cast<std::uint32_t>(index)) {}
  constexpr bool none() const { return value == kNoneValue; }
  constexpr std::size_t index() const { return value; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

using ModuleId = StrongId<struct ModuleTag>;      ///< a module of one image, in the order of first appearance
using FunctionId = StrongId<struct FunctionTag>;  ///< a source function, see symbols/function.h
using FileId = StrongId<struct FileTag>;          ///< a source path, see symbols/symbolizer.h
using ThreadId = StrongId<struct ThreadTag>;      ///< a thread of one image (not the kernel's tid, which is reused)
using NodeId = StrongId<struct NodeTag>;          ///< a stack: its innermost frame's node in replay::StackTable

}  // namespace memline

template <class Tag>
struct std::hash<memline::StrongId<Tag>> {
  std::size_t operator()(memline::StrongId<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
