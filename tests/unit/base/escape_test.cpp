#include "base/escape.h"

#include <string>

#include "support/catch.h"

namespace memline {
namespace {

TEST_CASE("plain text and valid UTF-8 stay as they are", "[escape]") {
  CHECK(escape_control("") == "");
  CHECK(escape_control("std::vector<int> 100%") == "std::vector<int> 100%");
  CHECK(escape_control("Gr\xc3\xb6\xc3\x9f"
                       "e \xe2\x82\xac \xf0\x9f\x90\x84") ==
        "Gr\xc3\xb6\xc3\x9f"
        "e \xe2\x82\xac \xf0\x9f\x90\x84");
}

TEST_CASE("control characters are spelled out", "[escape]") {
  CHECK(escape_control("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(escape_control("\x1b[31mred") == "\\x1b[31mred");
  CHECK(escape_control(std::string("\0\x7f", 2)) == "\\x00\\x7f");
  CHECK(escape_control("\xc2\x9b") == "\\u{009b}");      // C1: the one-byte form of ESC [
  CHECK(escape_control("\xe2\x80\xae") == "\\u{202e}");  // right-to-left override
  CHECK(escape_control("\xe2\x80\xa8") == "\\u{2028}");  // line separator
  CHECK(escape_control("C:\\n") == "C:\\\\n");           // so that nothing can pose as an escape
}

TEST_CASE("bytes that are no UTF-8 are spelled out one by one", "[escape]") {
  CHECK(escape_control("\xff\xfe") == "\\xff\\xfe");
  CHECK(escape_control("\x80") == "\\x80");
  CHECK(escape_control("\xc3") == "\\xc3");                             // cut
  CHECK(escape_control("\xc0\xaf") == "\\xc0\\xaf");                    // overlong '/'
  CHECK(escape_control("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");           // overlong
  CHECK(escape_control("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(escape_control("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond Unicode
  CHECK(escape_control("\xe2\x82z") == "\\xe2\\x82z");
}

}  // namespace
}  // namespace memline
