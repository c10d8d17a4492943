#include "render/chart/curve_pixels.h"

#include "support/catch.h"

using namespace memline::render;

namespace {

std::vector<std::pair<double, double>> pairs(const std::vector<Pixel>& points) {
  std::vector<std::pair<double, double>> result;
  for (const Pixel& point : points) result.emplace_back(point.x, point.y);
  return result;
}

using Pairs = std::vector<std::pair<double, double>>;

TEST_CASE("of a pixel column its first, lowest, highest and last point remain") {
  const std::vector<Pixel> points = {{0.1, 5}, {0.2, 9}, {0.3, 1}, {0.5, 4}, {0.9, 6}, {1.0, 2}, {3.7, 8}};
  CHECK(pairs(reduce_to_columns(points)) == Pairs{{0.1, 5}, {0.2, 9}, {0.3, 1}, {0.9, 6}, {1.0, 2}, {3.7, 8}});
  CHECK(reduce_to_columns({}).empty());
}

TEST_CASE("steps hold until the next point") {
  const std::vector<Pixel> points = {{0, 5}, {4, 5}, {6, 1}, {6, 3}};
  CHECK(pairs(as_steps(points)) == Pairs{{0, 5}, {4, 5}, {6, 5}, {6, 1}, {6, 3}});
}

}  // namespace
