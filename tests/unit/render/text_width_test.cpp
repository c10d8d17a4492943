#include "render/text_width.h"

#include "support/catch.h"

using namespace memline::render;

TEST_CASE("widths of characters") {
  CHECK(code_point_width(U'a') == 1);
  CHECK(code_point_width(U'\u00e9') == 1);
  CHECK(code_point_width(U'\u0301') == 0);      // combining acute
  CHECK(code_point_width(U'\u200b') == 0);      // zero width space
  CHECK(code_point_width(U'\u6f22') == 2);      // a Chinese character
  CHECK(code_point_width(U'\uac00') == 2);      // a Hangul syllable
  CHECK(code_point_width(U'\uff21') == 2);      // fullwidth A
  CHECK(code_point_width(U'\U0001f600') == 2);  // an emoji
  CHECK(code_point_width(U'\u2026') == 1);
}

TEST_CASE("widths of texts") {
  CHECK(text_width("") == 0);
  CHECK(text_width("abc") == 3);
  CHECK(text_width("caf\u00e9") == 4);
  CHECK(text_width("cafe\u0301") == 4);
  CHECK(text_width("\u6f22\u5b57.cpp") == 8);
  CHECK(text_width("a\xff"
                   "b") == 3);          // a stray byte is one column
  CHECK(text_width("a\xe6\xbc") == 3);  // a character cut short, too
}

TEST_CASE("cutting leaves what fits alone") {
  CHECK(cut_end("abc", 3) == "abc");
  CHECK(cut_start("abc", 3) == "abc");
  CHECK(cut_middle("abc", 3) == "abc");
}

TEST_CASE("cutting keeps to the number of columns") {
  CHECK(cut_end("abcdef", 4) == "abc\u2026");
  CHECK(cut_start("abcdef", 4) ==
        "\u2026"
        "def");
  CHECK(cut_middle("abcdefgh", 6) == "ab\u2026fgh");
  CHECK(cut_end("abcdef", 1) == "\u2026");
  CHECK(cut_end("abcdef", 0).empty());
}

TEST_CASE("a wide character is never halved") {
  CHECK(cut_end("\u6f22\u5b57\u6f22", 4) == "\u6f22\u2026");
  CHECK(cut_start("\u6f22\u5b57\u6f22", 4) == "\u2026\u6f22");
  CHECK(text_width(cut_middle("\u6f22\u5b57\u6f22\u5b57\u6f22", 7)) <= 7);
}

TEST_CASE("tabs go to the next stop") {
  CHECK(expand_tabs("\tx", 4) == "    x");
  CHECK(expand_tabs("ab\tx", 4) == "ab  x");
  CHECK(expand_tabs("abcd\tx", 4) == "abcd    x");
  CHECK(expand_tabs("\u6f22\tx", 4) == "\u6f22  x");
}
