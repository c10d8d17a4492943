#include "symbols/brackets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

namespace memline::symbols {
namespace {

constexpr std::string_view kOperator = "operator";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// One past the character literal that begins at `at`; `at` if none does: "'lambda'" and Rust's "&'a str" are none.
std::size_t past_character(std::string_view text, std::size_t at) {
  if (text[at] != '\'' || at + 2 >= text.size()) return at;
  // What follows a backslash is no end.
  const std::size_t end = text[at + 1] == '\\' ? text.find('\'', at + 3) : at + 2;
  constexpr std::size_t kLongest = sizeof("'\\U0010ffff'") - 1;
  return end != std::string_view::npos && text[end] == '\'' && end - at < kLongest ? end + 1 : at;
}

constexpr std::string_view kOpening = "(<[{";
constexpr std::string_view kClosing = ")>]}";

}  // namespace

std::size_t past_operator(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with(kOperator) || (at > 0 && is_word(text[at - 1]))) return at;
  const std::size_t begin = at + kOperator.size();
  const std::string_view rest = text.substr(begin);
  if (!rest.empty() && is_word(rest.front())) return at;
  for (const std::string_view sign : {"()", "[]", "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"}) {
    if (!rest.starts_with(sign)) continue;
    // clang writes "operator<<int>" for operator< of an int.
    const bool is_less = sign == "<<" && rest.size() > sign.size() && is_word(rest[sign.size()]);
    return begin + (is_less ? 1 : sign.size());
  }
  return begin;
}

Brackets::Brackets(std::string_view text) {
  text = text.substr(0, std::numeric_limits<std::uint32_t>::max());
  partners_.resize(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) partners_[i] = static_cast<std::uint32_t>(i);
  std::vector<std::uint32_t> open;
  std::array<std::size_t, kOpening.size()> open_of_kind{};
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t end = std::max(past_operator(text, i), past_character(text, i)); end != i) {
      i = end;
      continue;
    }
    const char c = text[i];
    const auto here = static_cast<std::uint32_t>(i++);
    if (const std::size_t kind = kOpening.find(c); kind != std::string_view::npos) {
      open.push_back(here);
      ++open_of_kind[kind];
    }
    const std::size_t kind = kClosing.find(c);
    if (kind == std::string_view::npos || open_of_kind[kind] == 0) continue;
    if (c == '>' && here > 0 && text[here - 1] == '-') continue;
    // A sign that compares closes nothing, and nothing closes it.
    while (c != '>' && text[open.back()] == '<') open.pop_back(), --open_of_kind[kOpening.find('<')];
    if (text[open.back()] != kOpening[kind]) continue;
    partners_[here] = open.back();
    partners_[open.back()] = here;
    open.pop_back();
    --open_of_kind[kind];
  }
}

std::size_t Brackets::partner(std::size_t at) const {
  return at < partners_.size() && partners_[at] != at ? partners_[at] : kNone;
}

std::size_t Brackets::past(std::size_t at) const {
  const std::size_t other = partner(at);
  return other != kNone && other > at ? other + 1 : at + 1;
}

}  // namespace memline::symbols
