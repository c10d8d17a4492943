/// \file What the readers must know of a record type before they decode it, and the dispatch from type to record.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "memline/trace_format.h"

namespace memline::trace {

template <class Record>
concept Timed = requires(Record r) {
  r.time;
};

/// Takes memory away, so it goes before an acquisition of the same moment.
template <class Record>
inline constexpr bool kReleases =
    std::is_same_v<Record, Release> || std::is_same_v<Record, MoveBegin> || std::is_same_v<Record, Unmap> ||
    std::is_same_v<Record, RemapBegin> || std::is_same_v<Record, PoolRelease> || std::is_same_v<Record, PoolReset>;

struct RecordTraits {
  bool known = false;
  bool timed = false;
  bool releases = false;
};

namespace detail {
template <class... Records>
constexpr std::array<RecordTraits, 256> make_traits(TypeList<Records...> /*types*/) {
  std::array<RecordTraits, 256> table{};
  ((table[static_cast<std::size_t>(Records::kType)] = {true, Timed<Records>, kReleases<Records>}), ...);
  return table;
}

template <class Function, class... Records>
bool dispatch(RecordType type, Function&& function, TypeList<Records...> /*types*/) {
  return ((type == Records::kType && (function(std::type_identity<Records>{}), true)) || ...);
}
}  // namespace detail

/// Indexed by the type byte.
inline constexpr std::array<RecordTraits, 256> kRecordTraits = detail::make_traits(AllRecords{});

/// Calls `function(std::type_identity<Record>)` for the record of this type; false if there is none.
template <class Function>
bool dispatch_record(RecordType type, Function&& function) {
  // Those that make up nearly all of a trace are asked for first.
  if (type == RecordType::kAcquire) {
    function(std::type_identity<Acquire>{});
    return true;
  }
  if (type == RecordType::kRelease) {
    function(std::type_identity<Release>{});
    return true;
  }
  if (type == RecordType::kStack) {
    function(std::type_identity<Stack>{});
    return true;
  }
  return detail::dispatch(type, function, AllRecords{});
}

}  // namespace memline::trace
