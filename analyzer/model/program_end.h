/// \file ProgramEnd: how one run of a program ended and what it cost, as the kernel accounts for it. Plain data.
#pragma once

#include <cstdint>
#include <optional>

namespace memline::model {

struct ProgramEnd {
  enum class Kind : std::uint8_t { kExit, kSignal, kTimeout };
  Kind kind = Kind::kExit;
  int code = 0;  ///< exit status or signal; nothing for kTimeout
  double wall_seconds = 0;
  /// Of the process and of its children that it waited for.
  double user_seconds = 0, system_seconds = 0;
  /// The largest of these processes. Null: below what the launcher itself had in RAM, from which the kernel counts.
  std::optional<std::uint64_t> peak_rss_bytes = {};

  bool succeeded() const { return kind == Kind::kExit && code == 0; }
  double cpu_seconds() const { return user_seconds + system_seconds; }
};

}  // namespace memline::model
