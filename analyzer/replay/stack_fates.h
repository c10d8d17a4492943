/// \file StackFates: of how many events the stack is whole, and how the others' ended. Plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "memline/trace_format.h"

namespace memline::replay {

/// How the stack of an event ended outside: as the trace says of it (the same numbers), or otherwise.
enum class StackFate : std::uint8_t {
  kRoot = static_cast<std::uint8_t>(trace::StackEnd::kRoot),
  kDepthLimit = static_cast<std::uint8_t>(trace::StackEnd::kDepthLimit),
  kNoUnwindInfo = static_cast<std::uint8_t>(trace::StackEnd::kNoUnwindInfo),
  kBadMemory = static_cast<std::uint8_t>(trace::StackEnd::kBadMemory),
  kLost = trace::kStackEnds,  ///< it is not in the trace
  kNone,                      ///< none was to be recorded (MEMLINE_FREE_STACKS=0): no loss
};

class StackFates {
 public:
  void count(StackFate fate) { ++events_[static_cast<std::size_t>(fate)]; }
  std::uint64_t of(StackFate fate) const { return events_[static_cast<std::size_t>(fate)]; }

  std::uint64_t all() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t events : events_) sum += events;
    return sum;
  }
  /// Events whose stack does not reach the start of the program.
  std::uint64_t short_ones() const { return all() - of(StackFate::kRoot) - of(StackFate::kNone); }
  /// What part of all events that is, 0..1; 0 where there are none.
  double short_share() const {
    return short_ones() == 0 ? 0 : static_cast<double>(short_ones()) / static_cast<double>(all());
  }

  StackFates& operator+=(const StackFates& more) {
    for (std::size_t i = 0; i < events_.size(); ++i) events_[i] += more.events_[i];
    return *this;
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(StackFate::kNone) + 1> events_{};
};

}  // namespace memline::replay
