#include "model/open_peaks.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "support/catch.h"

namespace memline::model {
namespace {

TEST_CASE("each open moment has the maximum since then") {
  OpenPeaks peaks;
  const auto outer = peaks.open(5);
  peaks.add(9);
  const auto inner = peaks.open(3);
  peaks.add(7);
  CHECK(peaks.highest(outer) == 9);
  CHECK(peaks.highest(inner) == 7);
  peaks.add(12);
  CHECK(peaks.close(inner) == 12);
  peaks.add(2);
  CHECK(peaks.close(outer) == 12);
}

TEST_CASE("open moments that are closed in any order agree with a record of all values") {
  std::mt19937 random(7);
  OpenPeaks peaks;
  std::vector<std::int64_t> values = {0};
  std::map<OpenPeaks::Handle, std::size_t> open;  // where in the values each was opened
  const auto truth = [&](std::size_t since) {
    return *std::max_element(values.begin() + static_cast<std::ptrdiff_t>(since), values.end());
  };
  for (int step = 0; step < 20000; ++step) {
    const unsigned action = random() % 8;
    if (action == 0) {
      open[peaks.open(values.back())] = values.size() - 1;
    } else if (action == 1 && !open.empty()) {
      auto one = open.begin();
      std::advance(one, static_cast<std::ptrdiff_t>(random() % open.size()));
      REQUIRE(peaks.close(one->first) == truth(one->second));
      open.erase(one);
    } else if (action == 2 && !open.empty()) {
      const auto& [handle, since] = *open.begin();
      REQUIRE(peaks.highest(handle) == truth(since));
    } else {
      values.push_back(static_cast<std::int64_t>(random() % 1000));
      peaks.add(values.back());
    }
  }
}

}  // namespace
}  // namespace memline::model
