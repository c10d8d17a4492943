#include "render/column_layout.h"

#include "support/catch.h"

using namespace memline::render;
using Widths = std::vector<std::size_t>;

TEST_CASE("columns that fit get what they want") {
  CHECK(column_widths({{5, 5}, {20, 12}}, 27) == Widths{5, 20});
  CHECK(column_widths({{5, 5}, {2000, 12}}, 0) == Widths{5, 2000});
  CHECK(column_widths({}, 80).empty());
}

TEST_CASE("the widest column gives way first") {
  // 5 + 2 + 30 + 2 + 60 = 99; with 79 the last one gives 20
  CHECK(column_widths({{5, 5}, {30, 12}, {60, 12}}, 79) == Widths{5, 30, 40});
  // 5 + 2 + 25 + 2 + 25 = 59: down to one width both
  CHECK(column_widths({{5, 5}, {30, 12}, {60, 12}}, 59) == Widths{5, 25, 25});
}

TEST_CASE("no column goes below its minimum") {
  CHECK(column_widths({{50, 50}, {30, 12}}, 40) == Widths{50, 12});
}
