#include "symbols/plain_scopes.h"

#include <cstddef>

#include "symbols/brackets.h"
#include "symbols/demangle.h"

namespace memline::symbols {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)";

/// One past the closure that begins at `begin`: a bracket, or "$_0", "'lambda0'(int)".
std::size_t past_closure(std::string_view text, const Brackets& brackets, std::size_t begin) {
  std::size_t at = brackets.past(begin);
  if (at > begin + 1) return at;
  while (at < text.size() && text.substr(at, 2) != "::") at = brackets.past(at);
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
  const Brackets brackets(qualified);
  std::string out;
  for (std::size_t i = 0; i < qualified.size();) {
    const std::string_view rest = qualified.substr(i);
    const bool starts_scope = out.empty() || out.ends_with("::");
    if (starts_scope && is_lambda_component(rest)) {
      i = past_closure(qualified, brackets, i);
      out += "<lambda>";
    } else if (starts_scope && rest.starts_with(kAnonymous)) {
      i += kAnonymous.size();
      out += kAnonymous;
    } else if (const std::size_t end = past_operator(qualified, i); starts_scope && end != i) {
      out += qualified.substr(i, end - i);
      i = end;
    } else if (rest.front() == '(') {
      i = past_qualifiers(qualified, brackets.past(i));
    } else {
      out += qualified.substr(i, brackets.past(i) - i);
      i = brackets.past(i);
    }
  }
  return out;
}

bool names_closure(std::string_view qualified) {
  return plain_scopes(qualified).find("<lambda>") != std::string::npos;
}

}  // namespace memline::symbols
