#include "memline/variable_values.h"

#include "support/catch.h"

using namespace memline;

TEST_CASE("sizes take a binary suffix", "[variables]") {
  std::uint64_t size = 0;
  CHECK(parse_size("0", size));
  CHECK(size == 0);
  CHECK(parse_size("123", size));
  CHECK(size == 123);
  CHECK(parse_size("3K", size));
  CHECK(size == 3 * 1024);
  CHECK(parse_size("2m", size));
  CHECK(size == 2 * 1024 * 1024);
  CHECK(parse_size("5G", size));
  CHECK(size == 5ULL * 1024 * 1024 * 1024);
}

TEST_CASE("what is not a size is refused", "[variables]") {
  std::uint64_t size = 7;
  for (const char* text : {"", "K", "12T", "1KB", "-1", "1 K", "18446744073709551616", "18446744073709551615K"}) {
    CHECK_FALSE(parse_size(text, size));
  }
  CHECK(size == 7);
}

TEST_CASE("a variable takes its words and nothing else", "[variables]") {
  CHECK(allowed_instead("MEMLINE_CHILDREN", "all") == nullptr);
  CHECK(allowed_instead("MEMLINE_CHILDREN", "none") == nullptr);
  CHECK(allowed_instead("MEMLINE_START", "paused") == nullptr);
  CHECK(allowed_instead("MEMLINE_MAX_TRACE", "64m") == nullptr);
  CHECK(allowed_instead("MEMLINE_START", "") != nullptr);
  CHECK(allowed_instead("MEMLINE_CHILDREN", "ALL") != nullptr);
  CHECK(allowed_instead("MEMLINE_RESIDENT", "yes") != nullptr);
  CHECK(allowed_instead("MEMLINE_MAX_TRACE", "64MB") != nullptr);
}

TEST_CASE("names of files, and variables of others, take any value", "[variables]") {
  CHECK(allowed_instead("MEMLINE_OUT", "some") == nullptr);
  CHECK(allowed_instead("MEMLINE_CHILDREN_OF", "some") == nullptr);
}
