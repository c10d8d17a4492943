#include "render/printable.h"

#include "support/catch.h"

using memline::render::printable;

TEST_CASE("control characters cannot reach a terminal") {
  CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(printable("a\r\nb") == "a\\r\\nb");
  CHECK(printable("\xff") == "\\xff");
}

TEST_CASE("source text reads as it stands") {
  CHECK(printable(R"(printf("%d\n", '\\');)") == R"(printf("%d\n", '\\');)");
  CHECK(printable("\\") == "\\");
  CHECK(printable("") == "");
}

TEST_CASE("what is kept is kept") {
  CHECK(printable("\ta\\\n", "\\\t") == "\ta\\\\n");
}
