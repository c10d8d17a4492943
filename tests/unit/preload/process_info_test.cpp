#include "process_info.h"

#include <sys/wait.h>
#include <unistd.h>

#include <string_view>

#include "support/catch.h"

using namespace memline::capture;

TEST_CASE("a stat line is read behind the last bracket of the name", "[process_info]") {
  // The name is "a) R 1 (b": everything that could be taken for fields.
  const std::string_view line = "77 (a) R 1 (b) S 42 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 123456 23 24\n";
  ProcessStat stat;
  REQUIRE(parse_stat(line.data(), line.size(), stat));
  CHECK(stat.parent_pid == 42);
  CHECK(stat.start == 123456);
}

TEST_CASE("a stat line that ends too early is refused", "[process_info]") {
  ProcessStat stat;
  for (const std::string_view line :
       {std::string_view(""), std::string_view("77 (a"), std::string_view("77 (a) S 42 5")}) {
    CHECK_FALSE(parse_stat(line.data(), line.size(), stat));
  }
}

TEST_CASE("the own process is alive and has a parent", "[process_info]") {
  const Identity self = own_identity();
  CHECK(self.pid == static_cast<std::uint32_t>(getpid()));
  CHECK(self.start != 0);
  CHECK(is_alive(self));
  ProcessStat stat;
  REQUIRE(read_stat(self.pid, stat));
  CHECK(stat.parent_pid == static_cast<std::uint32_t>(getppid()));
}

TEST_CASE("another start time or another boot is another process", "[process_info]") {
  Identity other = own_identity();
  other.start += 1;
  CHECK_FALSE(is_alive(other));
  other = own_identity();
  other.boot_id[0] = static_cast<std::uint8_t>(other.boot_id[0] + 1);
  CHECK_FALSE(is_alive(other));
}

TEST_CASE("the file behind an address is named absolutely", "[process_info]") {
  PathText program, mapped;
  own_executable(program);
  REQUIRE(mapped_path(reinterpret_cast<std::uint64_t>(&own_executable), mapped));
  CHECK(mapped.view() == program.view());
  const int on_stack = 0;
  CHECK_FALSE(mapped_path(reinterpret_cast<std::uint64_t>(&on_stack), mapped));
}

TEST_CASE("a process that has ended is gone", "[process_info]") {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  Identity identity = own_identity();
  identity.pid = static_cast<std::uint32_t>(child);
  ProcessStat stat;
  REQUIRE(read_stat(identity.pid, stat));
  identity.start = stat.start;
  waitpid(child, nullptr, 0);
  CHECK_FALSE(is_alive(identity));
}
