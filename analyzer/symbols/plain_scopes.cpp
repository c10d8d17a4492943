#include "symbols/plain_scopes.h"

#include <cstddef>

#include "symbols/demangle.h"

namespace memline::symbols {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)";
constexpr std::string_view kOperator = "operator";

/// One past what closes the bracket at `open`; the end where nothing does.
std::size_t past_bracket(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '<' || c == '[' || c == '{') ++depth;
    if (c == '>' && i > 0 && text[i - 1] == '-') continue;  // ->
    if ((c == ')' || c == '>' || c == ']' || c == '}') && --depth == 0) return i + 1;
  }
  return text.size();
}

/// One past the closure that begins at `begin`: a bracket, or "$_0", "'lambda0'(int)".
std::size_t past_closure(std::string_view text, std::size_t begin) {
  if (text[begin] == '{' || text[begin] == '<') return past_bracket(text, begin);
  std::size_t at = begin;
  while (at < text.size() && text.substr(at, 2) != "::") at = text[at] == '(' ? past_bracket(text, at) : at + 1;
  return at;
}

/// One past the qualifiers of a member function's scope: "A::f() const::{lambda()#1}".
std::size_t past_qualifiers(std::string_view text, std::size_t at) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view word : {" const", " volatile", " &&", " &", " noexcept"}) {
      if (!text.substr(at).starts_with(word)) continue;
      at += word.size();
      found = true;
    }
  }
  return at;
}

}  // namespace

std::string plain_scopes(std::string_view qualified) {
  std::string out;
  for (std::size_t i = 0; i < qualified.size();) {
    const std::string_view rest = qualified.substr(i);
    const bool starts_scope = out.empty() || out.ends_with("::");
    if (starts_scope && is_lambda_component(rest)) {
      i = past_closure(qualified, i);
      out += "<lambda>";
    } else if (starts_scope && rest.starts_with(kAnonymous)) {
      i += kAnonymous.size();
      out += kAnonymous;
    } else if (starts_scope && rest.starts_with(kOperator)) {
      // the operator's own brackets open nothing
      std::size_t end = i + kOperator.size();
      if (qualified.substr(end).starts_with("()")) end += 2;
      while (end < qualified.size() && std::string_view("<>=-*").find(qualified[end]) != std::string_view::npos) ++end;
      out += qualified.substr(i, end - i);
      i = end;
    } else if (rest.front() == '<') {
      const std::size_t end = past_bracket(qualified, i);
      out += qualified.substr(i, end - i);
      i = end;
    } else if (rest.front() == '(') {
      i = past_qualifiers(qualified, past_bracket(qualified, i));
    } else {
      out += qualified[i++];
    }
  }
  return out;
}

bool names_closure(std::string_view qualified) {
  return plain_scopes(qualified).find("<lambda>") != std::string::npos;
}

}  // namespace memline::symbols
