#include "model/timeline/line_fit.h"

#include <cmath>
#include <vector>

#include "support/catch.h"

namespace memline::model {
namespace {

bool near(double a, double b) {
  return std::abs(a - b) < 1e-9;
}

TEST_CASE("the line through samples that lie on one is that one") {
  const std::vector<TimePoint> samples = {{10, 25}, {11, 28}, {14, 37}};
  const auto fit = fit_line(samples);
  REQUIRE(fit);
  CHECK(near(fit->per_second, 3));
  CHECK(near(fit->at_start, -5));
  CHECK_FALSE(fit_line(std::vector<TimePoint>{{1, 2}}));
  CHECK_FALSE(fit_line(std::vector<TimePoint>{{1, 2}, {1, 3}}));
  CHECK_FALSE(fit_line({}));
}

TEST_CASE("a step curve is fitted over time, not over its points") {
  // 0 in [2, 3), 6 in [3, 4): integral of y is 6, of t*y (t from 2) 9; slope (9 - 1 * 6) / (8 / 12) = 4.5
  StepFit few;
  few.add(2, 0);
  few.add(3, 6);
  const auto fit = few.finish(4);
  REQUIRE(fit);
  CHECK(near(fit->per_second, 4.5));
  CHECK(near(fit->at_start + fit->per_second * 3, 3));  // through the mean

  StepFit many;
  many.add(2, 0);
  for (int i = 0; i < 1000; ++i) many.add(2 + i * 1e-4, 0);
  many.add(3, 6);
  CHECK(near(many.finish(4)->per_second, 4.5));
  StepFit nothing;
  nothing.add(1, 5);
  CHECK_FALSE(nothing.finish(1));
}

}  // namespace
}  // namespace memline::model
