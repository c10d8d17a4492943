#include "render/csv.h"

#include <limits>

#include "support/catch.h"

using namespace memline::views;
using memline::render::render_csv;

namespace {
Table one_column(std::vector<Cell> cells) {
  Table table;
  table.columns = {{"key", "Title for people", Align::kLeft, Shrink::kCutEnd}};
  for (Cell& cell : cells) table.rows.push_back({{std::move(cell)}, RowRole::kNormal});
  return table;
}
}  // namespace

TEST_CASE("csv: keys, CR LF, no headings, no notes") {
  Table table = one_column({Cell::of_text("a")});
  table.heading = {"Filename: x"};
  table.notes = {"a note"};
  CHECK(render_csv(table) == "key\r\na\r\n");
}

TEST_CASE("csv: fields are quoted as RFC 4180 says") {
  CHECK(render_csv(one_column({Cell::of_text("a,b")})) == "key\r\n\"a,b\"\r\n");
  CHECK(render_csv(one_column({Cell::of_text("say \"hi\"")})) == "key\r\n\"say \"\"hi\"\"\"\r\n");
  CHECK(render_csv(one_column({Cell::of_text("plain text")})) == "key\r\nplain text\r\n");
}

TEST_CASE("csv: sizes are whole bytes, and nothing is an empty field") {
  CHECK(render_csv(one_column({Cell::bytes(109951162777600)})) == "key\r\n109951162777600\r\n");
  CHECK(render_csv(one_column({Cell::bytes(std::numeric_limits<std::int64_t>::min())})) ==
        "key\r\n-9223372036854775808\r\n");
  CHECK(render_csv(one_column({Cell::count(3)})) == "key\r\n3\r\n");
  CHECK(render_csv(one_column({Cell::seconds(0.25)})) == "key\r\n0.25\r\n");
  CHECK(render_csv(one_column({Cell::empty()})) == "key\r\n\r\n");
}

TEST_CASE("csv: several columns") {
  Table table;
  table.columns = {{"line", "Line #", Align::kRight, Shrink::kNever}, {"text", "Text", Align::kLeft, Shrink::kCutEnd}};
  table.rows = {{{Cell::count(1), Cell::of_text("\tx = a[1, 2];")}, RowRole::kHot},
                {{Cell::count(2), Cell::empty()}, RowRole::kNormal}};
  CHECK(render_csv(table) == "line,text\r\n1,\"\tx = a[1, 2];\"\r\n2,\r\n");
}

TEST_CASE("csv: a title that a trace gives steers no terminal") {
  Table table = one_column({Cell::count(1)});
  table.columns[0].key = "cache\x1b[31m\a";
  CHECK(render_csv(table) == "cache\\x1b[31m\\x07\r\n1\r\n");
}
