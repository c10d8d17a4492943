#include "commands/run/run_environment.h"

#include "support/catch.h"

using namespace memline::commands;
using Environment = std::vector<std::string>;

TEST_CASE("run environment: options become variables, the rest stays") {
  RunOptions options;
  options.out = "x.bin";
  options.children = "none";
  options.max_trace = "64M";
  options.private_trace = true;
  CHECK(make_environment({"HOME=/root", "MEMLINE_OUT=old", "MEMLINE_START=paused"}, options, "/lib/libmemline.so") ==
        Environment{"HOME=/root", "MEMLINE_START=paused", "MEMLINE_OUT=x.bin", "MEMLINE_CHILDREN=none",
                    "MEMLINE_MAX_TRACE=64M", "MEMLINE_SIDECAR=none", "MEMLINE_PRIVATE=1",
                    "LD_PRELOAD=/lib/libmemline.so"});
}

TEST_CASE("run environment: the preload stands before others") {
  CHECK(make_environment({"LD_PRELOAD=libother.so libthird.so"}, {}, "libmemline.so") ==
        Environment{"MEMLINE_SIDECAR=none", "LD_PRELOAD=libmemline.so:libother.so libthird.so"});
  CHECK(make_environment({"LD_PRELOAD="}, {}, "libmemline.so") ==
        Environment{"MEMLINE_SIDECAR=none", "LD_PRELOAD=libmemline.so"});
}

TEST_CASE("run environment: a value that the preload would not take is refused") {
  CHECK_FALSE(find_refused_value({"HOME=/root", "MEMLINE_CHILDREN=", "MEMLINE_MAX_TRACE=3g", "MEMLINE_OUT=some"}));
  const auto refused = find_refused_value({"MEMLINE_CHILDREN=all", "MEMLINE_MAX_TRACE=much"});
  REQUIRE(refused);
  CHECK(refused->message == "MEMLINE_MAX_TRACE=much is not understood; it takes a size such as 64M");
}
