#include "symbols/template_names.h"

#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

namespace memline::symbols {
namespace {

/// The length of the operator that starts at `text` ("operator<<" is 10), 0 if none does: its brackets open nothing.
std::size_t operator_length(std::string_view text) {
  constexpr std::string_view kWord = "operator";
  if (!text.starts_with(kWord)) return 0;
  for (const std::string_view sign : {"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"}) {
    if (text.substr(kWord.size()).starts_with(sign)) return kWord.size() + sign.size();
  }
  return 0;
}

bool continues_word(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  const auto before = static_cast<unsigned char>(text[at - 1]);
  return std::isalnum(before) != 0 || before == '_';
}

/// One past the '>' that closes the '<' at `open`; npos if there is none. Brackets inside of parentheses count too:
/// "f<(E)1, (a > b)>" has no unbalanced ones in mangled names' spelling, where comparisons are parenthesised.
std::size_t close_of(std::string_view text, std::size_t open) {
  int angle = 0;
  int round = 0;
  for (std::size_t i = open; i < text.size();) {
    if (!continues_word(text, i)) {
      if (const std::size_t length = operator_length(text.substr(i)); length != 0) {
        i += length;
        continue;
      }
    }
    const char c = text[i];
    if (c == '(') ++round;
    if (c == ')') --round;
    // A comparison stands in parentheses, with blanks around it.
    const bool comparison = round > 0 && i > 0 && text[i - 1] == ' ' && i + 1 < text.size() && text[i + 1] == ' ';
    const bool arrow = c == '>' && i > 0 && text[i - 1] == '-';
    if (c == '<' && !comparison) ++angle;
    if (c == '>' && !comparison && !arrow && --angle == 0) return i + 1;
    ++i;
  }
  return std::string_view::npos;
}

std::string with_short_strings(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kTypes = {
      {{"char", "string"}, {"wchar_t", "wstring"}}};
  std::string out(name);
  for (const auto& [character, shorter] : kTypes) {
    for (const std::string_view scope : {"std::__cxx11::", "std::"}) {
      for (const std::string_view gap : {" >", ">"}) {
        std::string longer(scope);
        longer.append("basic_string<").append(character).append(", std::char_traits<").append(character);
        longer.append(">, std::allocator<").append(character).append(">").append(gap);
        for (std::size_t at = out.find(longer); at != std::string::npos; at = out.find(longer, at)) {
          out.replace(at, longer.size(), std::string("std::").append(shorter));
          at += 5 + shorter.size();
        }
      }
    }
  }
  return out;
}

}  // namespace

std::string shorten_templates(std::string_view name) {
  const std::string spelled = with_short_strings(name);
  const std::string_view text = spelled;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!continues_word(text, i)) {
      if (const std::size_t length = operator_length(text.substr(i)); length != 0) {
        out += text.substr(i, length);
        i += length;
        // "operator<< <int>": the operator's own arguments stand behind a blank.
        if (text.substr(i).starts_with(" <")) out += text[i++];
        continue;
      }
    }
    const bool arguments = text[i] == '<' && i > 0 && text[i - 1] != ':' && text[i - 1] != ' ' && text[i - 1] != '(';
    const bool of_operator = text[i] == '<' && i > 0 && text[i - 1] == ' ';
    if (!arguments && !of_operator) {
      out += text[i++];
      continue;
    }
    const std::size_t end = close_of(text, i);
    if (end == std::string_view::npos) return std::string(name);
    out += end == i + 2 ? "<>" : "<...>";
    i = end;
  }
  return out;
}

}  // namespace memline::symbols
