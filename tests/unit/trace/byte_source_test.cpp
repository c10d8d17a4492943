#include "trace/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "support/catch.h"
#include "support/scratch_folder.h"

namespace memline::trace {
namespace {

using testing::ScratchFolder;

TEST_CASE("a file is read anywhere, and may grow meanwhile", "[source]") {
  const ScratchFolder folder;
  const std::string path = folder.path("file");
  std::ofstream(path) << "0123456789";
  auto opened = open_file_source(path);
  REQUIRE(opened);
  const ByteSource& source = **opened;
  CHECK(source.name() == path);
  CHECK(source.size() == 10);
  std::array<std::byte, 4> bytes{};
  CHECK(source.read_at(3, bytes) == 4);
  CHECK(bytes[0] == std::byte{'3'});
  CHECK(source.read_at(8, bytes) == 2);
  CHECK(source.read_at(10, bytes) == 0);
  CHECK(source.read_at(~std::uint64_t{0}, bytes) == 0);
  std::ofstream(path, std::ios::app) << "abcdef";
  CHECK(source.size() == 16);
  CHECK(source.read_at(8, bytes) == 4);
}

TEST_CASE("holes of a file are passed over", "[source]") {
  const ScratchFolder folder;
  const std::string path = folder.path("sparse");
  std::ofstream(path) << "0123456789";
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 32;
  REQUIRE(::truncate(path.c_str(), off_t{kBytes}) == 0);
  auto opened = open_file_source(path);
  REQUIRE(opened);
  CHECK((*opened)->next_data(5) == 5);
  CHECK((*opened)->next_data(std::uint64_t{1} << 20) == kBytes);
  CHECK((*opened)->next_data(~std::uint64_t{0}) == kBytes);
}

TEST_CASE("only regular files are opened, and nothing is waited for", "[source]") {
  const ScratchFolder folder;
  const std::string fifo = folder.path("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(open_file_source(fifo).error().message == "is not a regular file");
  CHECK(open_file_source("/dev/zero").error().message == "is not a regular file");
  CHECK(open_file_source(folder.path()).error().message == "is a directory, not a trace");
  const std::string missing = folder.path("missing");
  CHECK(open_file_source(missing).error().message == "No such file or directory");
  CHECK(open_file_source(missing).error().path == missing);
}

TEST_CASE("memory reads like a file", "[source]") {
  const auto source = make_memory_source({std::byte{1}, std::byte{2}, std::byte{3}}, "three");
  std::array<std::byte, 2> bytes{};
  CHECK(source->size() == 3);
  CHECK(source->name() == "three");
  CHECK(source->read_at(2, bytes) == 1);
  CHECK(bytes[0] == std::byte{3});
  CHECK(source->read_at(3, bytes) == 0);
}

}  // namespace
}  // namespace memline::trace
