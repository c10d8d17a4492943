/// \file Word: a word of memory and what it held, by which a later walk tells that nothing has changed.
#pragma once

#include <cstdint>

namespace memline::capture {

struct Word {
  std::uint64_t address;
  std::uint64_t value;

  /// 0: it still holds `value`.
  std::uint64_t difference() const noexcept { return read(address) ^ value; }

  static std::uint64_t read(std::uint64_t address) noexcept {
    using AnyWord [[gnu::may_alias]] = std::uint64_t;  // the program's memory, of whatever type
    return *reinterpret_cast<const AnyWord*>(address);
  }
};

}  // namespace memline::capture
