#include "rss_sampler.h"

#include <string_view>

#include "support/catch.h"

using memline::capture::parse_statm;

TEST_CASE("the resident pages are the second number", "[rss_sampler]") {
  const std::string_view text = "16780442 249 195 1 0 2662 0\n";
  std::uint64_t pages = 0;
  REQUIRE(parse_statm(text.data(), text.size(), pages));
  CHECK(pages == 249);
}

TEST_CASE("a text that is cut or of another kind is refused", "[rss_sampler]") {
  std::uint64_t pages = 5;
  for (const std::string_view text :
       {std::string_view(""), std::string_view("12"), std::string_view("12 "), std::string_view("x 1")}) {
    CHECK_FALSE(parse_statm(text.data(), text.size(), pages));
  }
  CHECK(pages == 5);
}
