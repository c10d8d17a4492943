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

}  // namespace memline::render
