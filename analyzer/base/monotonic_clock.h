/// \file monotonic_ns(): CLOCK_MONOTONIC, by which traces and the kernel's samples tell time.
#pragma once

#include <time.h>

#include <cstdint>

namespace memline {

inline std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace memline
