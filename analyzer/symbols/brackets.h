/// \file Brackets: which bracket of a name closes which. Pure; any text will do.
///
/// Round, square, curly and angle ones alike. Not brackets: the signs of an operator's name (operator<, operator->), the
/// arrow before a result, characters ('<'), and what compares or shifts within other brackets: "Foo<(1 > 0)>".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace memline::symbols {

class Brackets {
 public:
  static constexpr std::size_t kNone = std::string_view::npos;

  explicit Brackets(std::string_view text);

  /// Where the bracket's other half stands; kNone for one that has none, and where no bracket is.
  std::size_t partner(std::size_t at) const;
  /// Whatever stands at `at`: one past it, a whole bracket being one thing. Never at the same place.
  std::size_t past(std::size_t at) const;

 private:
  std::vector<std::uint32_t> partners_;  ///< by position; its own where there is none
};

/// One past the operator's name that begins at `at` ("operator<<" of "operator<< <int>"); `at` if none does. A name of
/// letters ("operator new", "operator int") ends behind the word.
std::size_t past_operator(std::string_view text, std::size_t at);

}  // namespace memline::symbols
