#include "base/proc_file.h"

#include <unistd.h>

#include <cerrno>
#include <string>

#include "support/catch.h"

using namespace memline;

TEST_CASE("proc file: is read whole") {
  const auto text = read_proc_file("/proc/self/stat");
  REQUIRE(text);
  CHECK(text->starts_with(std::to_string(::getpid()) + " ("));
  CHECK(text->ends_with('\n'));
  const auto maps = read_proc_file("/proc/self/maps");  // more than one read
  REQUIRE(maps);
  CHECK(maps->find("[stack]") != std::string::npos);
}

TEST_CASE("proc file: what cannot be opened or read is no file, and errno says why") {
  CHECK_FALSE(read_proc_file("/proc/self/missing"));
  CHECK(errno == ENOENT);
  // it can be opened, but nothing is mapped at address 0: as with the file of a process that has just ended
  CHECK_FALSE(read_proc_file("/proc/self/mem"));
  CHECK(errno == EIO);
}
