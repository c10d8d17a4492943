#include "sampling/code_mappings.h"

#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"

namespace memline::sampling {
namespace {

struct Seen {
  std::string path;
  std::uint64_t address = 0, length = 0, file_offset = 0, inode = 0;
  std::uint32_t pid = 0;
};

std::vector<Seen> read(const std::string& text, const std::string& executable) {
  std::istringstream maps(text);
  std::vector<Seen> seen;
  read_code_mappings(maps, 77, executable, [&](const MapRecord& map) {
    seen.push_back({std::string(map.path), map.address, map.length, map.file_offset, map.inode, map.pid});
  });
  return seen;
}

TEST_CASE("what holds code is taken from a list of mappings, the program first") {
  const auto seen = read(
      "400000-401000 r--p 00000000 08:01 11                         /opt/early.so\n"
      "401000-403000 r-xp 00001000 08:01 11                         /opt/early.so\n"
      "55d0c8a00000-55d0c8a05000 r-xp 00002000 08:01 4242           /home/a b/app (deleted)\n"
      "55d0c9000000-55d0c9021000 rw-p 00000000 00:00 0              [heap]\n"
      "7f0000000000-7f0000001000 r-xp 00000000 00:00 0 \n"
      "7f0000002000-7f0000003000 --xp 00000000 08:01 9              /x\\012y\n"
      "7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0              [vdso]\n",
      "/home/a b/app");
  REQUIRE(seen.size() == 5);
  CHECK(seen[0].path == "/home/a b/app");
  CHECK(seen[0].address == 0x55d0c8a00000);
  CHECK(seen[0].length == 0x5000);
  CHECK(seen[0].file_offset == 0x2000);
  CHECK(seen[0].inode == 4242);
  CHECK(seen[0].pid == 77);
  CHECK(seen[1].path == "/opt/early.so");
  CHECK(seen[1].address == 0x401000);
  CHECK(seen[2].path.empty());
  CHECK(seen[3].path == "/x\ny");
  CHECK(seen[4].path == "[vdso]");
}

TEST_CASE("lines that are none of a list of mappings are passed over") {
  CHECK(read("\n-\n1000 2000 r-xp 0 0 0 /a\n2000-1000 r-xp 0 0:0 0 /a\n1000-2000 x\nzz-2000 r-xp 0 0:0 1 /a\n", "/a")
            .empty());
}

TEST_CASE("of a running process its own code comes first") {
  std::vector<std::string> paths;
  for_each_code_mapping(static_cast<std::uint32_t>(::getpid()),
                        [&](const MapRecord& map) { paths.emplace_back(map.path); });
  REQUIRE(paths.size() > 2);
  CHECK(paths.front().find("unit_sampling") != std::string::npos);
}

}  // namespace
}  // namespace memline::sampling
