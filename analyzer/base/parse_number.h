/// \file parse_number(): the number that a text is, all of it. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace memline {

/// As std::from_chars reads it: no blanks, no plus sign. nullopt: anything is left over, or it does not fit into a Number.
/// `base` is that of a whole number, if not 10.
template <class Number, class... Base>
std::optional<Number> parse_number(std::string_view text, Base... base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace memline
