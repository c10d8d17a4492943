#include "trace_space.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "records_of.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::capture;
using memline::testing::ScratchFolder;

namespace {

struct Fixture {
  ScratchFolder folder;
  std::unique_ptr<TraceSpace> space = std::make_unique<TraceSpace>();

  bool open(std::uint64_t max_bytes = 0, bool may_map = true) {
    PathText path;
    path.add(folder / "t");
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return space->open(fd, path, max_bytes, may_map);
  }
  std::uint64_t file_size() const { return std::filesystem::file_size(folder / "t"); }
  ~Fixture() { space->abandon(false); }
};

constexpr std::uint64_t size_with(std::uint64_t blocks) {
  return trace::kHeaderBytes + blocks * trace::kBlockBytes;
}

}  // namespace

TEST_CASE("blocks follow each other in the file, and what is written is there at once", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  SpaceFault fault = SpaceFault::kNone;
  std::byte* const first = f.space->claim(fault);
  std::byte* const second = f.space->claim(fault);
  REQUIRE(first != nullptr);
  REQUIRE(second != nullptr);
  CHECK(second - first == static_cast<std::ptrdiff_t>(trace::kBlockBytes));
  second[5] = std::byte{77};
  CHECK(f.space->header().claimed_blocks == 2);
  CHECK(f.space->header().reserved_bytes == f.file_size());
  const std::string bytes = testing::file_bytes(f.folder / "t");
  CHECK(bytes[size_with(1) + 5] == 77);
}

TEST_CASE("trimming cuts what is not claimed, and claims go on", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  SpaceFault fault = SpaceFault::kNone;
  f.space->claim(fault);
  f.space->claim(fault);
  CHECK(f.file_size() > size_with(2));
  f.space->trim();
  CHECK(f.file_size() == size_with(2));
  CHECK(f.space->header().reserved_bytes == size_with(2));
  std::byte* const third = f.space->claim(fault);
  REQUIRE(third != nullptr);
  third[trace::kBlockBytes - 1] = std::byte{1};
  CHECK(f.file_size() >= size_with(3));
}

TEST_CASE("whoever needs space while another thread trims waits until that is done", "[trace_space]") {
  // A window that is not mapped is written block by block at the end, which takes its time.
  constexpr std::uint32_t kBlocks = 1000;
  Fixture f;
  REQUIRE(f.open(0, false));
  SpaceFault fault = SpaceFault::kNone;
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    std::byte* const block = f.space->claim(fault);
    REQUIRE(block != nullptr);
    trace::BlockHeader header{};
    header.payload_bytes = trace::kBlockBytes - sizeof header;
    header.magic = trace::kBlockMagic;
    std::memcpy(block, &header, sizeof header);
  }
  std::atomic<bool> trimmed{false};
  std::thread trimmer([&] {
    f.space->trim();
    trimmed = true;
  });
  unsigned refused = 0;
  unsigned granted = 0;
  while (!trimmed) {
    (f.space->claim(fault) == nullptr ? refused : granted) += 1;
  }
  trimmer.join();
  CHECK(refused == 0);
  CHECK(granted > 0);
}

TEST_CASE("a watcher outside keeps the space as it is", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  SpaceFault fault = SpaceFault::kNone;
  f.space->claim(fault);
  const std::uint64_t before = f.file_size();
  f.space->header().watcher_pid = 1;
  f.space->trim();
  CHECK(f.file_size() == before);
}

TEST_CASE("MEMLINE_MAX_TRACE ends the file at a whole block", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open(size_with(3) + 100));
  SpaceFault fault = SpaceFault::kNone;
  for (int i = 0; i < 3; ++i) CHECK(f.space->claim(fault) != nullptr);
  CHECK(f.space->claim(fault) == nullptr);
  CHECK(fault == SpaceFault::kLimit);
  CHECK(f.file_size() <= size_with(3) + 100);
}

TEST_CASE("RLIMIT_FSIZE is respected: a write beyond it would be a signal", "[trace_space]") {
  struct rlimit before;
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  Fixture f;
  REQUIRE(f.open());
  struct rlimit limit = before;
  limit.rlim_cur = size_with(2);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  SpaceFault fault = SpaceFault::kNone;
  int claimed = 0;
  while (claimed < 10 && f.space->claim(fault) != nullptr) ++claimed;
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(claimed == 2);
  CHECK(fault == SpaceFault::kLimit);
}

TEST_CASE("without system calls the reserved space is used up and no more", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  f.space->reserve_ahead(4 * trace::kBlockBytes);
  f.space->forbid_system_calls(true);
  const std::uint64_t blocks = (f.space->header().reserved_bytes - trace::kHeaderBytes) / trace::kBlockBytes;
  CHECK(blocks >= 4);
  SpaceFault fault = SpaceFault::kNone;
  for (std::uint64_t i = 0; i < blocks; ++i) REQUIRE(f.space->claim(fault) != nullptr);
  CHECK(f.space->claim(fault) == nullptr);
  CHECK(fault == SpaceFault::kNoSystemCalls);
}

TEST_CASE("a file that was taken away stops the recording", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  SpaceFault fault = SpaceFault::kNone;
  REQUIRE(f.space->claim(fault) != nullptr);
  for (int fd = 3; fd < 1100; ++fd) {
    char link[64], target[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(link, target, sizeof target);
    if (size > 0 && std::string(target, static_cast<std::size_t>(size)) == f.folder / "t") close(fd);
  }
  std::filesystem::remove(f.folder / "t");
  while (f.space->claim(fault) != nullptr) {
  }
  CHECK(fault == SpaceFault::kFileGone);
}

TEST_CASE("blocks far into the file are shown where the file has them, and pieces that are done with go",
          "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  constexpr std::uint64_t kBlocks = 1100;  // 68.75 MiB in pieces of 16
  constexpr std::uint64_t kKept = 300;     // in the second piece
  SpaceFault fault = SpaceFault::kNone;
  for (std::uint64_t i = 0; i < kBlocks; ++i) {
    std::byte* const block = f.space->claim(fault);
    REQUIRE(block != nullptr);
    std::memcpy(block + 7, &i, sizeof i);
    if (i != kKept) f.space->retire(block);
  }
  std::ifstream file(f.folder / "t", std::ios::binary);
  for (std::uint64_t i = 0; i < kBlocks; ++i) {
    std::uint64_t found = 0;
    file.seekg(static_cast<std::streamoff>(size_with(i) + 7));
    file.read(reinterpret_cast<char*>(&found), sizeof found);
    REQUIRE(found == i);
  }
  const auto is_shown = [&](std::size_t piece) { return f.space->window().piece(piece).begin != 0; };
  CHECK(is_shown(0));  // the header
  CHECK(is_shown(1));
  CHECK_FALSE(is_shown(2));
  CHECK_FALSE(is_shown(3));
  CHECK(is_shown(4));  // the last
  CHECK_FALSE(is_shown(5));
  f.space->retire(f.space->window().block(kKept));
  CHECK_FALSE(is_shown(1));
}

TEST_CASE("threads that claim and retire at once have each block to themselves", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  constexpr std::uint64_t kThreads = 3, kBlocks = 400;  // 75 MiB together, in pieces of 16
  std::atomic<std::uint64_t> missed = 0;
  const auto claim_all = [&](std::uint64_t thread) {
    for (std::uint64_t i = 0; i < kBlocks; ++i) {
      SpaceFault fault = SpaceFault::kNone;
      std::byte* const block = f.space->claim(fault);
      if (block == nullptr) {
        ++missed;
        continue;
      }
      const std::uint64_t mark = thread * kBlocks + i + 1;
      std::memcpy(block + 7, &mark, sizeof mark);
      f.space->retire(block);
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(claim_all, thread);
  for (std::thread& thread : threads) thread.join();
  REQUIRE(missed == 0);
  REQUIRE(f.space->header().claimed_blocks == kThreads * kBlocks);
  std::ifstream file(f.folder / "t", std::ios::binary);
  std::set<std::uint64_t> marks;
  for (std::uint64_t i = 0; i < kThreads * kBlocks; ++i) {
    std::uint64_t mark = 0;
    file.seekg(static_cast<std::streamoff>(size_with(i) + 7));
    file.read(reinterpret_cast<char*>(&mark), sizeof mark);
    marks.insert(mark);
  }
  CHECK(marks.size() == kThreads * kBlocks);
  CHECK(marks.count(0) == 0);
}

TEST_CASE("a trace goes on behind the blocks it has", "[trace_space]") {
  Fixture f;
  REQUIRE(f.open());
  SpaceFault fault = SpaceFault::kNone;
  f.space->claim(fault);
  f.space->abandon(false);
  REQUIRE(f.open());
  CHECK(f.space->header().claimed_blocks == 1);
  f.space->claim(fault);
  CHECK(f.space->header().claimed_blocks == 2);
}

TEST_CASE("where the file cannot be mapped, blocks are written when they are retired, and all of them by trimming",
          "[trace_space]") {
  Fixture f;
  REQUIRE(f.open(0, false));
  CHECK_FALSE(f.space->is_mapped());
  f.space->header().magic = trace::kFileMagic;
  SpaceFault fault = SpaceFault::kNone;
  std::byte* blocks[3];
  for (std::uint32_t i = 0; i < 3; ++i) {
    blocks[i] = f.space->claim(fault);
    REQUIRE(blocks[i] != nullptr);
    trace::BlockHeader header{};
    header.magic = trace::kBlockMagic;
    header.lane = i;
    header.payload_bytes = 100;
    std::memcpy(blocks[i], &header, sizeof header);
    blocks[i][sizeof header + 99] = static_cast<std::byte>(i + 1);
  }
  const auto on_disk = [&](std::uint64_t block) {
    return testing::file_bytes(f.folder / "t")[size_with(block) + sizeof(trace::BlockHeader) + 99];
  };
  const auto header_on_disk = [&] {
    trace::TraceHeader header{};
    const std::string bytes = testing::file_bytes(f.folder / "t");
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
  };
  f.space->retire(blocks[1]);
  CHECK(on_disk(0) == 0);
  CHECK(on_disk(1) == 2);
  CHECK(header_on_disk().reserved_bytes == trace::kUnmappedOpen);
  CHECK(header_on_disk().claimed_blocks == 3);
  f.space->trim();
  CHECK(on_disk(0) == 1);
  CHECK(on_disk(1) == 2);
  CHECK(on_disk(2) == 3);
  CHECK(header_on_disk().reserved_bytes == trace::kUnmappedDone);
  CHECK(header_on_disk().magic == trace::kFileMagic);

  // An exec goes on in the same file.
  f.space->abandon(false);
  REQUIRE(f.open(0, false));
  CHECK(f.space->header().claimed_blocks == 3);
  REQUIRE(f.space->claim(fault) != nullptr);
  CHECK(on_disk(2) == 3);
}
