// When the bar shows, and that nothing of it is left behind.
#include "commands/progress_bar.h"

#include <chrono>
#include <sstream>
#include <string>

#include "support/catch.h"

namespace memline::commands {
namespace {

using std::chrono::milliseconds;

struct Fixture {
  std::ostringstream err;
  std::chrono::steady_clock::time_point now;
  ProgressBar::Clock clock = [this] { return now; };
};

/// What a terminal's line shows after all that was written: "\r" goes back, "\x1b[K" erases.
std::string line_left(const std::string& written) {
  const std::string erase = "\r\x1b[K";
  const std::size_t last = written.rfind(erase);
  return last == std::string::npos ? written : written.substr(last + erase.size());
}

TEST_CASE("work of less than a second shows nothing", "[progress]") {
  Fixture f;
  ProgressBar bar(f.err, true, f.clock);
  bar.begin("reading", 10);
  f.now += milliseconds(999);
  bar.advance(9);
  bar.end();
  CHECK(f.err.str().empty());
}

TEST_CASE("longer work shows what it is and how far, and takes the line away at its end", "[progress]") {
  Fixture f;
  ProgressBar bar(f.err, true, f.clock);
  bar.begin("reading the trace", 8);
  f.now += milliseconds(1000);
  bar.advance(2);
  CHECK(line_left(f.err.str()) == "memline: reading the trace [#######                       ]  25 %");
  bar.end();
  CHECK(line_left(f.err.str()).empty());
}

TEST_CASE("the second counts from the start, over all stretches of work", "[progress]") {
  Fixture f;
  ProgressBar bar(f.err, true, f.clock);
  bar.begin("a", 2);
  f.now += milliseconds(600);
  bar.advance(1);
  bar.end();
  bar.begin("b", 2);
  f.now += milliseconds(600);
  bar.advance(2);
  CHECK(line_left(f.err.str()) == "memline: b [##############################] 100 %");
}

TEST_CASE("the bar is drawn at most ten times a second", "[progress]") {
  Fixture f;
  ProgressBar bar(f.err, true, f.clock);
  bar.begin("a", 1000);
  f.now += milliseconds(1000);
  int drawn = 0;
  for (std::uint64_t done = 0; done < 1000; ++done, f.now += milliseconds(1)) {
    const std::size_t before = f.err.str().size();
    bar.advance(done);
    drawn += f.err.str().size() != before ? 1 : 0;
  }
  CHECK(drawn == 10);
}

TEST_CASE("there is no bar where standard error is no terminal, or the amount of work is unknown", "[progress]") {
  Fixture f;
  for (const bool is_terminal : {false, true}) {
    ProgressBar bar(f.err, is_terminal, f.clock);
    bar.begin("a", is_terminal ? 0 : 10);
    f.now += milliseconds(5000);
    bar.advance(5);
    bar.end();
  }
  CHECK(f.err.str().empty());
}

TEST_CASE("more done than was announced is all of it", "[progress]") {
  Fixture f;
  ProgressBar bar(f.err, true, f.clock);
  bar.begin("a", 4);
  f.now += milliseconds(2000);
  bar.advance(40);
  CHECK(line_left(f.err.str()) == "memline: a [##############################] 100 %");
}

}  // namespace
}  // namespace memline::commands
