#include "render/chart/curve_pixels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace memline::render {

std::vector<Pixel> reduce_to_columns(std::span<const Pixel> points) {
  std::vector<Pixel> kept;
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin, low = begin, high = begin;
    const double column = std::floor(points[begin].x);
    for (; end < points.size() && std::floor(points[end].x) <= column; ++end) {
      if (points[end].y < points[high].y) high = end;  // y grows downwards
      if (points[end].y > points[low].y) low = end;
    }
    std::array<std::size_t, 4> wanted = {begin, low, high, end - 1};
    std::sort(wanted.begin(), wanted.end());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (i == 0 || wanted[i] != wanted[i - 1]) kept.push_back(points[wanted[i]]);
    }
    begin = end;
  }
  return kept;
}

std::vector<Pixel> as_steps(std::span<const Pixel> points) {
  std::vector<Pixel> line;
  for (const Pixel& point : points) {
    if (!line.empty() && line.back().y != point.y && line.back().x != point.x) line.push_back({point.x, line.back().y});
    line.push_back(point);
  }
  return line;
}

}  // namespace memline::render
