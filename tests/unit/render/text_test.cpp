#include "render/text.h"

#include <algorithm>
#include <sstream>

#include "golden/golden.h"
#include "render/text_width.h"
#include "support/catch.h"

using namespace memline::views;
using namespace memline::render;

namespace {

constexpr std::int64_t kKi = 1024, kMi = kKi * 1024, kGi = kMi * 1024, kTi = kGi * 1024;

/// A table as `report` shows it: numbers from 0 B to 100 TiB, blank lines, escape sequences, wide characters.
Table line_table() {
  Table table;
  table.heading = {
      "Filename: /home/user/project/source/ridge.cpp",
      "Function: Eigen::Matrix<double, -1, 1, 0, -1, 1> ridge_regression(Eigen::Matrix<double, -1, -1, 0, -1, "
      "-1> const&, double)"};
  table.columns = {{"line", "Line #", Align::kRight, Shrink::kNever},
                   {"mem_usage", "Mem usage", Align::kRight, Shrink::kNever},
                   {"increment", "Increment", Align::kRight, Shrink::kNever},
                   {"peak", "Peak", Align::kRight, Shrink::kNever},
                   {"seen", "Seen", Align::kRight, Shrink::kNever},
                   {"text", "Line Contents", Align::kLeft, Shrink::kCutEnd}};
  const auto row = [&](std::int64_t line, std::int64_t usage, std::int64_t increment, std::int64_t peak,
                       std::int64_t seen, const char* text, RowRole role) {
    table.rows.push_back({{Cell::count(line), Cell::bytes(usage), Cell::bytes(increment), Cell::bytes(peak),
                           Cell::count(seen), Cell::of_text(text)},
                          role});
  };
  const auto quiet = [&](std::int64_t line, const char* text) {
    table.rows.push_back(
        {{Cell::count(line), Cell::empty(), Cell::empty(), Cell::empty(), Cell::empty(), Cell::of_text(text)},
         RowRole::kQuiet});
  };
  quiet(8, "Vector ridge_regression(const Matrix& x, double lambda) {");
  row(9, 0, 0, 0, 1, "\tauto nothing = std::vector<int>();", RowRole::kNormal);
  row(10, 1023, 1023, 1023, 1, "\tauto small = std::make_unique<char[]>(1023);", RowRole::kNormal);
  row(11, 100 * kTi, 100 * kTi, 100 * kTi, 123456789, "\tMatrix gram = x.transpose() * x; // 漢字", RowRole::kHot);
  row(12, 12 * kGi + 345 * kMi, -12 * kKi - 512, 3 * kMi, 10, "\tputs(\"\x1b[31mred\\n\");", RowRole::kNormal);
  row(13, 7, -100 * kTi, 0, 2, "", RowRole::kNormal);
  quiet(14, "}");
  table.rows.push_back(
      {{Cell::of_text("(no line)"), Cell::empty(), Cell::bytes(-5), Cell::bytes(0), Cell::count(1), Cell::empty()},
       RowRole::kTotal});
  table.notes = {
      "2 of 12345 events have stacks that do not reach the start of the program, so that their bytes stand in "
      "the row of no line."};
  return table;
}

/// A table as `top` shows it: two columns compete for the room.
Table site_table() {
  Table table;
  table.columns = {{"at_peak", "At peak", Align::kRight, Shrink::kNever},
                   {"allocations", "Allocs", Align::kRight, Shrink::kNever},
                   {"share", "%", Align::kRight, Shrink::kNever},
                   {"function", "Function", Align::kLeft, Shrink::kCutMiddle},
                   {"place", "Where", Align::kLeft, Shrink::kCutStart}};
  table.rows = {
      {{Cell::bytes(100 * kTi), Cell::count(1), Cell::percent(99.9),
        Cell::of_text("std::__detail::_Map_base<std::string, std::pair<std::string const, std::vector<double>>, "
                      "std::allocator<std::pair<std::string const, std::vector<double>>>>::operator[](std::string&&)"),
        Cell::of_text("/home/user/a/very/long/path/that/goes/on/and/on/source/index/word_index.cpp:1234")},
       RowRole::kHot},
      {{Cell::bytes(0), Cell::count(98765432100), Cell::percent(0.1), Cell::of_text("main"),
        Cell::of_text("main.cpp:7")},
       RowRole::kNormal}};
  return table;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, text_width(line));
  return widest;
}

}  // namespace

TEST_CASE("text: golden tables") {
  using memline::test::check_golden;
  check_golden("text_lines_80.txt", render_text(line_table(), {80, false, {}}));
  check_golden("text_lines_200.txt", render_text(line_table(), {200, false, {}}));
  check_golden("text_lines_pipe.txt", render_text(line_table(), {0, false, {}}));
  check_golden("text_lines_colour_80.txt", render_text(line_table(), {80, true, {}}));
  check_golden("text_lines_mib_80.txt", render_text(line_table(), {80, false, {Unit::kMiB, 1}}));
  check_golden("text_sites_80.txt", render_text(site_table(), {80, false, {}}));
  check_golden("text_sites_200.txt", render_text(site_table(), {200, false, {}}));
}

TEST_CASE("text: no line of a table is wider than the terminal") {
  Table table = line_table();
  table.heading.clear();  // headings are never cut: paths are to be copied
  for (const std::size_t width : {70U, 80U, 120U, 200U}) {
    CHECK(widest_line(render_text(table, {width, false, {}})) <= width);
    CHECK(widest_line(render_text(site_table(), {width, false, {}})) <= width);
  }
}

TEST_CASE("text: numbers and units of a column stand below each other") {
  Table table;
  table.columns = {{"size", "Size", Align::kRight, Shrink::kNever}};
  for (const std::int64_t bytes : {std::int64_t{0}, 5 * kKi, 100 * kTi}) {
    table.rows.push_back({{Cell::bytes(bytes)}, RowRole::kNormal});
  }
  CHECK(render_text(table, {}) ==
        "     Size\n"
        "=========\n"
        "    0 B\n"
        "5.000 KiB\n"
        "100.0 TiB\n");
}

TEST_CASE("text: colours only where asked for, and closed on every line") {
  CHECK(render_text(line_table(), {80, false, {}}).find('\x1b') == std::string::npos);
  std::istringstream lines(render_text(line_table(), {80, true, {}}));
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    const auto escapes = std::count(line.begin(), line.end(), '\x1b');
    CHECK((escapes == 0 || (escapes == 2 && line.ends_with("\x1b[0m"))));
  }
}

TEST_CASE("text: a table without rows or columns") {
  Table table;
  CHECK(render_text(table, {}).empty());
  table.heading = {"Function: f"};
  table.notes = {"no event in f"};
  CHECK(render_text(table, {}) == "Function: f\n\nno event in f\n");
}

TEST_CASE("text: a title that a trace gives steers no terminal") {
  Table table;
  table.columns = {{"key", "\x1b[31m", Align::kRight, Shrink::kNever}};
  table.rows = {{{Cell::count(1)}, RowRole::kNormal}};
  CHECK(render_text(table, {0, false, {}}) == "\\x1b[31m\n========\n       1\n");
}

TEST_CASE("text: notes are broken at blanks") {
  Table table;
  table.notes = {"one two three four", "unbreakable_word_longer_than_the_terminal and more"};
  CHECK(render_text(table, {10, false, {}}) ==
        "\none two\n  three\n  four\nunbreakable_word_longer_than_the_terminal\n  and more\n");
}

TEST_CASE("text: a note of any length is broken in one go") {
  constexpr std::size_t kWords = 200'000;
  std::string note = "w";
  for (std::size_t i = 1; i < kWords; ++i) note += " w";
  Table table;
  table.notes = {note};
  const std::string text = render_text(table, {80, false, {}});
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), 'w')) == kWords);
  // 40 words in the first line, 39 in every other, indented one.
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == 2 + (kWords - 40 + 38) / 39);
}

TEST_CASE("text: a last column without room goes to lines of its own") {
  Table table;
  table.columns = {{"size", "A title that takes much room", Align::kRight, Shrink::kNever},
                   {"name", "Name", Align::kLeft, Shrink::kCutEnd}};
  table.rows = {
      {{Cell::count(1), Cell::of_text("short")}, RowRole::kNormal},
      {{Cell::count(2), Cell::of_text("a_name_of_thirty_two_columns_yes")}, RowRole::kNormal},
      {{Cell::count(3), Cell::of_text("a_name_that_is_longer_than_any_line_of_this_terminal")}, RowRole::kNormal}};
  CHECK(render_text(table, {44, false, {}}) ==
        "A title that takes much room  Name\n"
        "==================================\n"
        "                           1  short\n"
        "                           2\n"
        "    a_name_of_thirty_two_columns_yes\n"
        "                           3\n"
        "    a_name_that_is_longer_than_any_line_of_\u2026\n");
  // what would fit into its least width, for which there is no room either
  table.rows = {{{Cell::count(4), Cell::of_text("(all)")}, RowRole::kTotal}};
  CHECK(render_text(table, {34, false, {}}) ==
        "A title that takes much room  Name\n"
        "==================================\n"
        "                           4\n"
        "    (all)\n");
  CHECK(render_text(table, {0, false, {}}) ==
        "A title that takes much room  Name\n"
        "==================================\n"
        "                           4  (all)\n");
}
