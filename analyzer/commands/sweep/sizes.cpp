#include "commands/sweep/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/parse_number.h"

namespace memline::commands {
namespace {

constexpr std::string_view kPlace = "{n}";
constexpr double kMostWhole = 9e15;  // whole numbers below are exact in a double

std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::vector<double>> parse_sizes(const std::string& text) {
  std::vector<double> sizes;
  for (std::string_view left = text;;) {
    const std::string_view word = left.substr(0, left.find(','));
    const std::optional<double> n = parse_number<double>(without_blanks(word));
    if (!n || !std::isfinite(*n) || *n <= 0) return std::nullopt;
    sizes.push_back(*n);
    if (word.size() == left.size()) break;
    left.remove_prefix(word.size() + 1);
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

std::string size_text(double n) {
  return n < kMostWhole && n == std::floor(n) ? fmt::format("{:.0f}", n) : fmt::format("{}", n);
}

Arguments with_size(const Arguments& command, double n) {
  const std::string text = size_text(n);
  Arguments result = command;
  for (std::string& word : result) {
    for (std::size_t at = 0; (at = word.find(kPlace, at)) != std::string::npos; at += text.size()) {
      word.replace(at, kPlace.size(), text);
    }
  }
  return result;
}

bool mentions_size(const Arguments& command) {
  return std::any_of(command.begin(), command.end(),
                     [](const std::string& word) { return word.find(kPlace) != std::string::npos; });
}

}  // namespace memline::commands
