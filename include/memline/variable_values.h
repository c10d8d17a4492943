/// \file Which values the MEMLINE_* variables take: asked by the preload, which goes on with the default where a value is
/// none of them, and by `memline run`, which refuses it. Pure functions, without heap, exceptions or libstdc++.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "memline/env.h"

namespace memline {

/// A number of bytes with an optional K, M or G (binary, either case). False: `text` is no such number.
constexpr bool parse_size(std::string_view text, std::uint64_t& out) noexcept {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
    if (__builtin_mul_overflow(value, std::uint64_t{10}, &value)) return false;
    if (__builtin_add_overflow(value, digit, &value)) return false;
  }
  if (digits == 0 || text.size() > digits + 1) return false;
  unsigned shift = 0;
  if (digits < text.size()) {
    const char suffix = text[digits];
    if (suffix == 'K' || suffix == 'k') shift = 10;
    if (suffix == 'M' || suffix == 'm') shift = 20;
    if (suffix == 'G' || suffix == 'g') shift = 30;
    if (shift == 0) return false;
  }
  if (value > (UINT64_MAX >> shift)) return false;
  out = value << shift;
  return true;
}

/// The words that a variable takes.
struct VariableWords {
  std::string_view name;
  std::string_view first, second;  ///< the second may be empty: there is none
  const char* in_a_sentence;

  constexpr bool takes(std::string_view value) const noexcept {
    return !value.empty() && (value == first || value == second);
  }
};

inline constexpr VariableWords kVariableWords[] = {
    {kEnvChildren, "all", "none", "all or none"}, {kEnvStart, "paused", {}, "paused"},
    {kEnvFreeStacks, "0", "1", "0 or 1"},         {kEnvUnwinder, "memline", "libunwind", "memline or libunwind"},
    {kEnvResident, "0", "1", "0 or 1"},
};

/// What the variable `name` takes instead of `value`; nullptr where it takes it. (Set but empty, a variable
/// says nothing, and should not be asked for here.)
constexpr const char* allowed_instead(std::string_view name, std::string_view value) noexcept {
  for (const VariableWords& words : kVariableWords) {
    if (words.name == name) return words.takes(value) ? nullptr : words.in_a_sentence;
  }
  std::uint64_t size = 0;
  return name == kEnvMaxTrace && !parse_size(value, size) ? "a size such as 64M" : nullptr;
}

}  // namespace memline
