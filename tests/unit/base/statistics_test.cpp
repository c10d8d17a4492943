#include "base/statistics.h"

#include <vector>

#include "support/catch.h"

using memline::Statistics;
using memline::summarize;

TEST_CASE("statistics are those of the values themselves") {
  // mean 5, squared distances 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, over 8: 4
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  const Statistics found = summarize(values);
  CHECK(found.count == 8);
  CHECK(found.mean == 5);
  CHECK(found.deviation == 2);
  CHECK(found.least == 2);
  CHECK(found.most == 9);
}

TEST_CASE("statistics of one value, and of none") {
  const std::vector<double> one = {3};
  CHECK(summarize(one).mean == 3);
  CHECK(summarize(one).deviation == 0);
  CHECK(summarize({}).count == 0);
  CHECK(summarize({}).mean == 0);
}
