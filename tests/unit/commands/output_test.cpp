#include "commands/output.h"

#include "commands/test_streams.h"
#include "support/catch.h"

using namespace memline;
using namespace memline::commands;
using memline::test::TestStreams;

TEST_CASE("output: an error is one line with path and offset") {
  const TestStreams streams;
  CHECK(fail(streams.streams(), {ExitCode::kUnreadable, "block is damaged", "a/trace.bin", 69632}) == 3);
  CHECK(streams.err() == "memline: a/trace.bin: block is damaged (at offset 69632)\n");
  CHECK(streams.out().empty());
}

TEST_CASE("output: an error without a path") {
  const TestStreams streams;
  CHECK(fail(streams.streams(), {ExitCode::kNothing, "no function matches 'f\n'"}) == 1);
  CHECK(streams.err() == "memline: no function matches 'f\\n'\n");
}

TEST_CASE("output: a damaged trace is exit code 3 after it was shown") {
  model::CommonInfo common;
  const TestStreams streams;
  CHECK(finish(streams.streams(), "t", common) == 0);
  common.losses.events = 5;  // lost while recording: said in the report, but the trace is sound
  common.losses.complete = false;
  CHECK(finish(streams.streams(), "t", common) == 0);
  CHECK(streams.err().empty());
  common.losses.damaged_places = 2;
  CHECK(finish(streams.streams(), "t", common) == 3);
  CHECK(streams.err() == "memline: t: damaged in 2 places; shown is what could be read\n");
}

TEST_CASE("output: damage of a parent's trace is not said to be the child's") {
  model::CommonInfo common;
  const TestStreams streams;
  common.losses.parents_damaged_places = 1;
  CHECK(finish(streams.streams(), "t", common) == 3);
  CHECK(streams.err() == "memline: t: its parent's trace is damaged in 1 place; shown is what could be read\n");
}

TEST_CASE("output: notes that all tables share stand below the last one") {
  views::Table first, second;
  first.heading = {"Function: f"};
  first.notes = {"no event in f", "the program was still running"};
  second.heading = {"Function: g"};
  second.notes = {"the program was still running"};
  const TestStreams streams;
  write_text(streams.streams(), {first, second}, {});
  CHECK(streams.out() ==
        "Function: f\n\nno event in f\n"
        "\n\n"
        "Function: g\n\nthe program was still running\n");
}
