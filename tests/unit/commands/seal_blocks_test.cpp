#include "commands/run/seal_blocks.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "commands/run/outside_trace.h"
#include "commands/trace_file.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::commands;
using memline::test::make_trace;
using memline::testing::ScratchFolder;

namespace {

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string sealed(const ScratchFolder& folder, const std::string& bytes, std::uint32_t blocks) {
  const std::string path = folder.write("trace.bin", bytes);
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(fd >= 0);
  seal_open_blocks(fd, blocks);
  ::close(fd);
  return read_all(path);
}

trace::BlockFault fault_of(const std::string& bytes, std::uint32_t index, trace::BlockHeader& header) {
  return trace::check_block(std::as_bytes(std::span(bytes)).subspan(block_start(index), trace::kBlockBytes), header);
}

}  // namespace

TEST_CASE("seal: an open block gets its checksum and keeps its records") {
  const ScratchFolder folder;
  const std::string before = make_trace(7, 100, 1, 4096);
  const std::string after = sealed(folder, before, 1);
  trace::BlockHeader header;
  REQUIRE(fault_of(after, 0, header) == trace::BlockFault::kNone);
  CHECK(header.state == static_cast<std::uint32_t>(trace::BlockState::kSealed));
  const std::size_t payload = block_start(0) + sizeof header;
  CHECK(after.substr(payload) == before.substr(payload));
  CHECK(sealed(folder, after, 1) == after);  // nothing is left to do
}

TEST_CASE("seal: unused and damaged blocks stay as they are, and those after them are sealed") {
  const ScratchFolder folder;
  std::string bytes = make_trace(7, 100);
  const std::string block = bytes.substr(block_start(0));
  std::string too_long = block;
  too_long[offsetof(trace::BlockHeader, payload_bytes) + 3] = 1;
  std::string stranger = block;
  stranger[0] = 'x';
  bytes += std::string(trace::kBlockBytes, '\0') + too_long + stranger + block;
  const std::string after = sealed(folder, bytes, 5);
  constexpr std::size_t kThree = 3 * trace::kBlockBytes;
  CHECK(after.substr(block_start(1), kThree) == bytes.substr(block_start(1), kThree));
  trace::BlockHeader header;
  REQUIRE(fault_of(after, 4, header) == trace::BlockFault::kNone);
  CHECK(header.state == static_cast<std::uint32_t>(trace::BlockState::kSealed));
}

TEST_CASE("seal: a file that ends before its last block is sealed as far as it goes") {
  const ScratchFolder folder;
  const std::string bytes = make_trace(7, 100);
  trace::BlockHeader header;
  const std::string after = sealed(folder, bytes, 1000);
  CHECK(after.size() == bytes.size());
  REQUIRE(fault_of(after, 0, header) == trace::BlockFault::kNone);
  CHECK(header.state == static_cast<std::uint32_t>(trace::BlockState::kSealed));
}
