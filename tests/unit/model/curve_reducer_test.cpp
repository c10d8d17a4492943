#include "model/timeline/curve_reducer.h"

#include <algorithm>
#include <random>

#include "support/catch.h"

namespace memline::model {
namespace {

TEST_CASE("a short curve stays as it is, from the window's beginning to its end") {
  CurveReducer reducer(100, 200, 1000);
  reducer.add(110, 5);
  reducer.add(150, 2);
  CHECK(reducer.highest() == CurvePoint{110, 5});
  CHECK(reducer.take() == std::vector<CurvePoint>{{100, 0}, {110, 5}, {150, 2}, {200, 2}});
}

TEST_CASE("of each bucket the first, the extremes and the last remain, in their order") {
  CurveReducer reducer(0, 99, 10);  // buckets of 10
  int time = 20;
  for (const int value : {4, 6, 9, 7, 1, 3, 2}) reducer.add(static_cast<std::uint64_t>(time++), value);
  CHECK(reducer.take() == std::vector<CurvePoint>{{0, 0}, {20, 4}, {22, 9}, {24, 1}, {26, 2}, {99, 2}});
}

TEST_CASE("a curve enters its window with the value it had before, and what follows the window is left out") {
  CurveReducer reducer(1000, 2000, 16);
  reducer.add(10, 70);
  reducer.add(900, 50);
  reducer.add(1500, 60);
  reducer.add(2001, 99);
  CHECK(reducer.highest() == CurvePoint{1500, 60});
  CHECK(reducer.take() == std::vector<CurvePoint>{{1000, 50}, {1500, 60}, {2000, 60}});
}

TEST_CASE("nothing but a start value is a line") {
  CurveReducer reducer(7, 9, 4, 3);
  CHECK(reducer.highest() == CurvePoint{7, 3});
  CHECK(reducer.take() == std::vector<CurvePoint>{{7, 3}, {9, 3}});
}

TEST_CASE("times that go back, as in a damaged trace, stay in order") {
  CurveReducer reducer(100, 200, 4);
  reducer.add(180, 1);
  reducer.add(50, 2);
  reducer.add(170, 9);
  const std::vector<CurvePoint> points = reducer.take();
  CHECK(std::is_sorted(points.begin(), points.end(),
                       [](const CurvePoint& a, const CurvePoint& b) { return a.ticks < b.ticks; }));
}

TEST_CASE("no peak and no valley of any bucket is lost, however long the curve") {
  constexpr std::uint64_t kEnd = 1'000'000;
  constexpr std::size_t kBuckets = 128;
  std::mt19937_64 random(7);
  CurveReducer reducer(0, kEnd, kBuckets);
  std::vector<CurvePoint> all = {{0, 0}};
  for (std::uint64_t time = 0; time < kEnd; time += random() % 9) {
    all.push_back({time, static_cast<std::int64_t>(random() % 1'000'000'000)});
    reducer.add(time, all.back().value);
  }
  const std::int64_t highest = std::max_element(all.begin(), all.end(), [](const CurvePoint& a, const CurvePoint& b) {
                                 return a.value < b.value;
                               })->value;
  CHECK(reducer.highest().value == highest);
  const std::vector<CurvePoint> kept = reducer.take();
  CHECK(kept.size() <= 4 * kBuckets + 2);
  constexpr std::uint64_t kWidth = kEnd / kBuckets + 1;
  const auto extremes = [&](const std::vector<CurvePoint>& points, std::uint64_t bucket) {
    std::pair<std::int64_t, std::int64_t> found{1'000'000'000, -1};
    for (const CurvePoint& point : points) {
      if (point.ticks / kWidth != bucket) continue;
      found = {std::min(found.first, point.value), std::max(found.second, point.value)};
    }
    return found;
  };
  for (std::uint64_t bucket = 0; bucket < kBuckets; ++bucket) CHECK(extremes(kept, bucket) == extremes(all, bucket));
}

}  // namespace
}  // namespace memline::model
