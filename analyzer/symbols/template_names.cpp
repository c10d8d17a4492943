#include "symbols/template_names.h"

#include <array>
#include <cstddef>
#include <utility>

#include "symbols/brackets.h"

namespace memline::symbols {
namespace {

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
  const Brackets brackets(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t end = past_operator(text, i); end != i) {
      out += text.substr(i, end - i);
      i = end;
      // "operator<< <int>": the operator's own arguments stand behind a blank.
      if (text.substr(i).starts_with(" <")) out += text[i++];
      continue;
    }
    const bool arguments = text[i] == '<' && i > 0 && text[i - 1] != ':' && text[i - 1] != ' ' && text[i - 1] != '(';
    const bool of_operator = text[i] == '<' && i > 0 && text[i - 1] == ' ';
    if (!arguments && !of_operator) {
      out += text[i++];
      continue;
    }
    if (brackets.partner(i) == Brackets::kNone) return std::string(name);
    const std::size_t end = brackets.past(i);
    out += end == i + 2 ? "<>" : "<...>";
    i = end;
  }
  return out;
}

}  // namespace memline::symbols
