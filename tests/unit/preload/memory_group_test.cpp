#include "memory_group.h"

#include <string_view>
#include <utility>

#include "support/catch.h"

using namespace memline::capture;

TEST_CASE("a memory group of version 1 is found among those of other controllers", "[memory_group]") {
  for (const auto& [text, path] :
       {std::pair<std::string_view, std::string_view>{"12:pids:/a\n4:memory:/user.slice/b\n0::/c\n", "/user.slice/b"},
        {"0::/c\n4:cpu,memory:/both", "/both"},
        {"4:memory:/with:colon\n", "/with:colon"},
        {"4:memory:/\n", "/"}}) {
    const MemoryGroup group = memory_group_of(text);
    CHECK(group.path == path);
    CHECK(group.version_1);
  }
}

TEST_CASE("without one the group is that of version 2", "[memory_group]") {
  for (const std::string_view text :
       {"0::/init.scope\n", "12:pids:/a\n0::/init.scope", "5:name=memory:/a\n0::/init.scope\n"}) {
    const MemoryGroup group = memory_group_of(text);
    CHECK(group.path == "/init.scope");
    CHECK_FALSE(group.version_1);
  }
}

TEST_CASE("a process in no memory group is told so", "[memory_group]") {
  for (const std::string_view text :
       {"", "4:memoryless:/a\n", "5:name=memory:/a\n", "memory\n", "4:memory", "0:", "\n\n"}) {
    CHECK(memory_group_of(text).path.empty());
  }
}

TEST_CASE("limits are read as the kernel writes them", "[memory_group]") {
  CHECK(hierarchical_limit("cache 0\nhierarchical_memory_limit 8388608\nhierarchical_memsw_limit 9\n") == 8388608);
  CHECK(own_limit("8388608\n") == 8388608);
  CHECK(own_limit("0\n") == 0);
}

TEST_CASE("what is no limit is none", "[memory_group]") {
  for (const std::string_view stat : {"", "cache 12\n", "hierarchical_memory_limit 9223372036854771712\n",
                                      "hierarchical_memory_limit \n", "hierarchical_memory_limit x\n"}) {
    CHECK(hierarchical_limit(stat) == UINT64_MAX);
  }
  for (const std::string_view max : {"max\n", "", "\n", "12x\n"}) CHECK(own_limit(max) == UINT64_MAX);
}
