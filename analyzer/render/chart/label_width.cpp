#include "render/chart/label_width.h"

#include <algorithm>
#include <cstddef>

#include "render/text_width.h"

namespace memline::render {
namespace {

constexpr double kEmsPerColumn = 0.63;

}  // namespace

double label_width(std::string_view text, double size) {
  return static_cast<double>(text_width(text)) * kEmsPerColumn * size;
}

std::string fit_label(const std::string& text, double size, double pixels) {
  return cut_middle(text, static_cast<std::size_t>(std::max(1.0, pixels / (kEmsPerColumn * size))));
}

std::vector<std::string> wrap_label(const std::string& text, double size, double pixels) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (label_width(line + ' ' + word, size) <= pixels) {
      line += ' ' + word;
    } else {
      lines.push_back(word);
    }
  }
  for (std::string& line : lines) line = fit_label(line, size, pixels);
  return lines;
}

}  // namespace memline::render
