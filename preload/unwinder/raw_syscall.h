/// \file Raw system calls: no errno, no cancellation point, no symbol that another library could take over.
#pragma once

#include <sys/syscall.h>

#include <cstdint>

namespace memline::capture {

/// The kernel's answer as it is: -EXXX on failure.
inline std::int64_t raw_syscall(long number, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0,
                                std::uint64_t d = 0) noexcept {
#ifdef __x86_64__
  std::int64_t result;
  register std::uint64_t fourth __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(static_cast<std::int64_t>(number)), "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
#else
  static_cast<void>(number), static_cast<void>(a), static_cast<void>(b), static_cast<void>(c), static_cast<void>(d);
  return -38;  // ENOSYS
#endif
}

}  // namespace memline::capture
