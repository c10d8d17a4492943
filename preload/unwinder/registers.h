/// \file Registers: all that a frame has, for the rows that sp and bp alone do not carry.
#pragma once

#include <cstdint>

#include "unwinder/rows.h"

namespace memline::capture {

struct Registers {
  std::uint64_t value[kRegisterCount];
  std::uint32_t known;  ///< bit n: value[n] is right

  bool is_known(unsigned number) const noexcept { return ((known >> number) & 1) != 0; }
  void set(unsigned number, std::uint64_t content) noexcept {
    value[number] = content;
    known |= std::uint32_t{1} << number;
  }
  void forget(unsigned number) noexcept { known &= ~(std::uint32_t{1} << number); }
};

/// The registers that a call preserves, as they are in the function that this is inlined into, and its pc.
[[gnu::always_inline]] inline Registers capture_registers() noexcept {
  Registers now;
  now.known = 0;
#ifdef __x86_64__
  std::uint64_t rbx, rbp, rsp, r12, r13, r14, r15, rip;
  __asm__ volatile(
      "movq %%rbx, %0\n\tmovq %%rbp, %1\n\tmovq %%rsp, %2\n\tmovq %%r12, %3\n\t"
      "movq %%r13, %4\n\tmovq %%r14, %5\n\tmovq %%r15, %6\n\tleaq 0(%%rip), %7"
      : "=m"(rbx), "=m"(rbp), "=m"(rsp), "=m"(r12), "=m"(r13), "=m"(r14), "=m"(r15), "=a"(rip));
  now.set(3, rbx);
  now.set(kRegisterBp, rbp);
  now.set(kRegisterSp, rsp);
  now.set(12, r12);
  now.set(13, r13);
  now.set(14, r14);
  now.set(15, r15);
  now.set(kRegisterReturn, rip);
#endif
  return now;
}

}  // namespace memline::capture
