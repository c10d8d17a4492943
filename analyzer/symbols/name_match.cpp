#include "symbols/name_match.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include "symbols/demangle.h"
#include "symbols/plain_scopes.h"
#include "symbols/template_names.h"

namespace memline::symbols {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The runs of letters; but what shorten_templates() puts in place of longer names need not be there.
std::vector<std::string> words_of(std::string_view pattern) {
  std::vector<std::string> words;
  for (auto begin = pattern.begin(); begin != pattern.end();) {
    const auto end = std::find_if_not(begin, pattern.end(), is_word);
    std::string word(begin, end);
    if (!word.empty() && word != "string" && word != "wstring") words.push_back(std::move(word));
    begin = end == pattern.end() ? end : std::next(end);
  }
  return words;
}

/// Blanks between words matter ("operator new"), others are a matter of spelling ("> >", "int, long").
std::string squeeze(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ') {
      out += text[i];
      continue;
    }
    std::size_t next = i;
    while (next < text.size() && text[next] == ' ') ++next;
    if (!out.empty() && next < text.size() && is_word(out.back()) && is_word(text[next])) out += ' ';
    i = next - 1;
  }
  return out;
}

bool ends_at_scope(std::string_view qualified, std::string_view pattern) {
  if (!qualified.ends_with(pattern)) return false;
  if (qualified.size() == pattern.size()) return true;
  const std::string_view before = qualified.substr(0, qualified.size() - pattern.size());
  return before.ends_with("::") && pattern.find("::") != std::string_view::npos;
}

/// From the name on: "int ns::f(long)" -> "ns::f(long)".
std::string_view without_return_type(std::string_view signature) {
  const std::string_view qualified = qualified_part(signature);
  return signature.substr(static_cast<std::size_t>(qualified.data() - signature.data()));
}

/// Up to the end of the parameters: "ns::f(long) const" -> "ns::f(long)".
std::string_view without_qualifiers(std::string_view signature) {
  const std::size_t end = signature.rfind(')');
  return end == std::string_view::npos ? signature : signature.substr(0, end + 1);
}

std::string without_empty_list(std::string_view pattern) {
  for (const std::string_view list : {"()", "(void)"}) {
    if (pattern.ends_with(list)) return std::string(pattern.substr(0, pattern.size() - list.size()));
  }
  return std::string(pattern);
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  // Greedy with one point to go back to, which is enough for *: no exponential cases.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string without_template_arguments(std::string_view qualified) {
  std::string out = shorten_templates(qualified);
  for (const std::string_view arguments : {"<...>", "<>"}) {
    for (std::size_t at = out.find(arguments); at != std::string::npos; at = out.find(arguments, at)) {
      out.erase(at, arguments.size());
    }
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > most) return most + 1;
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<std::size_t> before;
  std::vector<std::size_t> last(a.size() + 1);
  for (std::size_t i = 0; i <= a.size(); ++i) last[i] = i;
  for (std::size_t j = 1; j <= b.size(); ++j) {
    std::vector<std::size_t> row(a.size() + 1);
    row[0] = j;
    std::size_t least = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      const std::size_t replace = last[i - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0U : 1U);
      row[i] = std::min({replace, last[i] + 1, row[i - 1] + 1});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        row[i] = std::min(row[i], before[i - 2] + 1);
      }
      least = std::min(least, row[i]);
    }
    if (least > most) return most + 1;
    before = std::move(last);
    last = std::move(row);
  }
  return std::min(last[a.size()], most + 1);
}

NameMatcher::NameMatcher(std::string_view pattern)
    : pattern_(squeeze(pattern)),
      bare_(without_empty_list(pattern_)),
      plain_(plain_part(qualified_part(pattern))),
      is_glob_(pattern.find_first_of("*?") != std::string_view::npos),
      is_long_(pattern.find_first_of(":(< ") != std::string_view::npos || pattern.starts_with("_Z")) {
  const std::string demangled = demangle(strip_clone_suffix(pattern));
  if (!demangled.empty()) {
    plain_ = plain_part(qualified_part(demangled));
    demangled_ = squeeze(demangled);
  } else if (names_closure(qualified_part(pattern))) {
    closure_ = squeeze(plain_scopes(qualified_part(pattern)));
  }
  // These are compared with names that are spelled otherwise.
  if (demangled_.empty() && closure_.empty()) words_ = words_of(bare_);
}

bool NameMatcher::has_all_words(const Function& function) const {
  return std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
    return function.signature.find(word) != std::string::npos || function.qualified.find(word) != std::string::npos ||
           function.linkage_name.find(word) != std::string::npos || function.name.find(word) != std::string::npos;
  });
}

bool NameMatcher::may_match(std::string_view plain_name) const {
  if (plain_name == plain_ || squeeze(plain_name) == pattern_) return true;
  // A symbol stands for itself until it is demangled.
  if (plain_name.starts_with("_Z") || plain_name.starts_with("_R")) return true;
  return is_glob_ && (is_long_ || glob_match(pattern_, plain_name));
}

const std::string& NameMatcher::pattern_for(const Function& function) const {
  return function.signature.find('(') == std::string::npos ? bare_ : pattern_;
}

bool NameMatcher::matches(const Function& function) const {
  return has_all_words(function) && (matches_exactly(function) || (is_glob_ && matches_glob(function)));
}

bool NameMatcher::matches_exactly(const Function& function) const {
  const std::string& pattern = pattern_for(function);
  if (squeeze(function.name) == pattern || function.linkage_name == pattern) return true;
  const std::string signature = squeeze(function.signature);
  if (!demangled_.empty()) return signature == demangled_;
  // gcc's debug information says "f<long int>" where the demangled name, and most people, say "f<long>".
  return ends_at_scope(squeeze(function.qualified), pattern) ||
         ends_at_scope(squeeze(qualified_part(function.signature)), pattern) ||
         ends_at_scope(squeeze(without_template_arguments(function.qualified)), pattern) || signature == pattern ||
         ends_at_scope(squeeze(without_return_type(function.signature)), pattern) ||
         ends_at_scope(squeeze(without_qualifiers(without_return_type(function.signature))), pattern) ||
         squeeze(without_qualifiers(function.signature)) == pattern || matches_closure(function);
}

bool NameMatcher::matches_closure(const Function& function) const {
  if (closure_.empty()) return false;
  // Where the demangled name is known, the pattern was already held against it; but clang's "$_0" is what others call
  // "{lambda(int)#1}".
  const auto is_clangs = [](std::string_view name) { return name.find("$_") != std::string_view::npos; };
  const bool is_known = function.signature != function.qualified;
  if (is_known && (!is_clangs(function.signature) || is_clangs(pattern_))) return false;
  return ends_at_scope(squeeze(plain_scopes(function.qualified)), closure_);
}

bool NameMatcher::matches_glob(const Function& function) const {
  const std::string& pattern = pattern_for(function);
  for (const std::string_view name : {std::string_view(function.name), std::string_view(function.qualified),
                                      std::string_view(function.signature), without_return_type(function.signature),
                                      qualified_part(function.signature), std::string_view(function.linkage_name)}) {
    if (!name.empty() && glob_match(pattern, squeeze(name))) return true;
  }
  return glob_match(pattern, squeeze(without_template_arguments(function.qualified)));
}

}  // namespace memline::symbols
