/// \file ForkMoment: when this process was forked. Its trace is begun later, at its first event or its end.
#pragma once

#include <cstdint>

namespace memline::capture {

struct ForkMoment {
  std::uint64_t ticks;  ///< of the session's clock
  std::uint64_t monotonic_ns;
  std::uint64_t realtime_ns;
};

/// Forked children are to note the moment from here on. To be called once, by the library's constructor.
void watch_forks() noexcept;

/// Of the process `pid`, this one; nullptr: it was not forked, or in a way that the C library does not tell of (clone,
/// _Fork).
const ForkMoment* fork_moment(std::uint32_t pid) noexcept;

}  // namespace memline::capture
