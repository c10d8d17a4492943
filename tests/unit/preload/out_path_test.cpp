#include "out_path.h"

#include <string>

#include "support/catch.h"

using namespace memline::capture;

namespace {

std::string expanded(std::string_view pattern) {
  PathText path;
  const PathWords words = {4711, "app", "node7", "3"};
  return expand_path(pattern, words, "/work dir", path) ? std::string(path.view()) : "too long";
}

}  // namespace

TEST_CASE("patterns name process, program, host and rank", "[out_path]") {
  CHECK(expanded("/o/%e-%h.%r.%p") == "/o/app-node7.3.4711");
  CHECK(expanded("/o/100%%") == "/o/100%");
}

TEST_CASE("a relative pattern starts in the working directory", "[out_path]") {
  CHECK(expanded("trace.bin") == "/work dir/trace.bin");
}

TEST_CASE("letters that mean nothing stay", "[out_path]") {
  CHECK(expanded("/o/%x%") == "/o/%x%");
}

TEST_CASE("a path that is too long is refused, not cut", "[out_path]") {
  CHECK(expanded("/" + std::string(5000, 'a')) == "too long");
}

TEST_CASE("only %p makes a path of each process's own", "[out_path]") {
  CHECK(has_pid("t.%p"));
  CHECK_FALSE(has_pid("t.%%p"));
  CHECK_FALSE(has_pid("t.%h"));
  CHECK_FALSE(has_pid("t%"));
}

TEST_CASE("the last part follows the last slash", "[out_path]") {
  CHECK(last_part("/usr/bin/app") == "app");
  CHECK(last_part("app") == "app");
  CHECK(last_part("/dir/").empty());
}

TEST_CASE("a relative pattern is bound to a folder, whatever stands in its name", "[out_path]") {
  const auto bound = [](std::string_view pattern, std::string_view folder) {
    PathText text;
    text.add(pattern);
    make_absolute(folder, text);
    return std::string(text.view());
  };
  CHECK(bound("t.%p", "/work dir") == "/work dir/t.%p");
  CHECK(bound("t", "/100%p") == "/100%%p/t");
  CHECK(expanded(bound("t", "/100%p")) == "/100%p/t");
  CHECK(bound("/o/t", "/work dir") == "/o/t");
  CHECK(bound("t", "") == "t");
  CHECK(bound("t", "/" + std::string(4093, 'a')) == "t");
}
