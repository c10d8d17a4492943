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
                    "MEMLINE_MAX_TRACE=64M", "MEMLINE_PRIVATE=1", "LD_PRELOAD=/lib/libmemline.so"});
}

TEST_CASE("run environment: the preload stands before others") {
  CHECK(make_environment({"LD_PRELOAD=libother.so libthird.so"}, {}, "libmemline.so") ==
        Environment{"LD_PRELOAD=libmemline.so:libother.so libthird.so"});
  CHECK(make_environment({"LD_PRELOAD="}, {}, "libmemline.so") == Environment{"LD_PRELOAD=libmemline.so"});
}

TEST_CASE("run environment: sizes") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("64") == 64);
  CHECK(parse_size("10K") == 10240);
  CHECK(parse_size("3M") == 3145728);
  CHECK(parse_size("1G") == 1073741824);
  for (const char* text : {"", "K", "-1", "1T", "1KB", "1.5M", " 1", "18446744073709551616", "99999999999999G"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
}
