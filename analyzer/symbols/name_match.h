/// \file NameMatcher: what the user may write for a function, and how near a wrong name is. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "symbols/function.h"

namespace memline::symbols {

/// Matches a plain name ("f"), a qualified one ("ns::C<int>::f", "ns::C::f", "C::f"), a signature ("int ns::f(long)",
/// with or without return type and qualifiers such as const), a closure's ("f(int)::{lambda()#1}::operator()"), a linkage name, or a glob with * and ? over any of these. A function whose names have no parameter list is found
/// with an empty one behind them too ("f()").
class NameMatcher {
 public:
  explicit NameMatcher(std::string_view pattern);

  /// Whether a function with this plain name can match at all: spares naming all others in full.
  bool may_match(std::string_view plain_name) const;
  bool matches(const Function& function) const;
  /// As a name that happens to contain * or ? ("operator*"), which goes before reading it as a glob.
  bool matches_exactly(const Function& function) const;

 private:
  /// What every spelling of a name that matches has in it; quick, so that few names are spelled in all ways.
  bool has_all_words(const Function& function) const;
  bool matches_closure(const Function& function) const;
  bool matches_glob(const Function& function) const;

  /// The pattern as it is to be compared with this function's names. One in C has no parameter list in them, and "f()"
  /// is how people write its name.
  const std::string& pattern_for(const Function& function) const;

  std::string pattern_;  // without blanks
  std::string bare_;     ///< the same without an empty parameter list
  std::string plain_;
  std::string demangled_;
  std::vector<std::string> words_;  ///< of the pattern; no spelling of a name takes them apart or puts them together
  std::string closure_;             ///< without blanks; what a name with a closure in it comes to, "" for all others
  bool is_glob_;
  bool is_long_;  ///< says more than a plain name can
};

bool glob_match(std::string_view pattern, std::string_view text);

/// "ns::C<int>::f<long>" -> "ns::C::f"
std::string without_template_arguments(std::string_view qualified);

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other, letters of either case
/// being the same; anything above `most` is most + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most);

}  // namespace memline::symbols
