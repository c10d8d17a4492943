// What a look at the resident pages is made of: the lines of /proc/self/maps and the runs of pages.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "memory_maps.h"
#include "own_memory.h"
#include "page_scan.h"
#include "support/catch.h"

namespace memline::capture {
namespace {

using Runs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

PageReceiver receiver_of(Runs& runs) {
  return {[](void* self, std::uint64_t begin, std::uint64_t end) noexcept {
            auto& into = *static_cast<Runs*>(self);
            if (!into.empty() && into.back().second == begin) {
              into.back().second = end;
            } else {
              into.emplace_back(begin, end);
            }
          },
          &runs};
}

/// Eight pages of which the second, the third and the last are written to.
struct Sample {
  char* memory =
      static_cast<char*>(::mmap(nullptr, 8 * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  std::uint64_t begin = reinterpret_cast<std::uint64_t>(memory);
  int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  alignas(8) char buffer[24 * 2]{};  // small, so that one look takes several calls
  Runs runs;
  Runs expected{{begin + kPageBytes, begin + 3 * kPageBytes}, {begin + 7 * kPageBytes, begin + 8 * kPageBytes}};

  Sample() {
    ::madvise(memory, 8 * kPageBytes, MADV_NOHUGEPAGE);
    for (const int page : {1, 2, 7}) memory[page * kPageBytes] = 1;
  }
  ~Sample() {
    ::close(pagemap);
    ::munmap(memory, 8 * kPageBytes);
  }
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;
};

TEST_CASE("pages that were written to are resident, others are not", "[resident_watch]") {
  Sample sample;
  PageScan scan(sample.pagemap, sample.buffer, sizeof sample.buffer);
  std::uint64_t most_pages = 8;
  CHECK(scan.read(sample.begin, sample.begin + 8 * kPageBytes, most_pages, receiver_of(sample.runs)));
  CHECK(sample.runs == sample.expected);
  CHECK(most_pages == 0);
  // no more than was allowed
  CHECK_FALSE(scan.read(sample.begin, sample.begin + 8 * kPageBytes, most_pages, receiver_of(sample.runs)));
}

TEST_CASE("the kernel's scan finds the same, and no zero pages", "[resident_watch]") {
  Sample sample;
  PageScan scan(sample.pagemap, sample.buffer, sizeof sample.buffer);
  const volatile char read_only = static_cast<volatile char*>(sample.memory)[5 * kPageBytes];
  CHECK(read_only == 0);
  if (!scan.scan(sample.begin, sample.begin + 8 * kPageBytes, receiver_of(sample.runs))) return;  // before Linux 6.7
  CHECK(sample.runs == sample.expected);
}

TEST_CASE("a line of maps is taken apart", "[resident_watch]") {
  MapLine line;
  REQUIRE(parse_map_line("7f00a000-7f00c000 rw-s 00001000 fe:01 1234                       /tmp/a file", line));
  CHECK(line.begin == 0x7f00a000);
  CHECK(line.end == 0x7f00c000);
  CHECK(line.protection == (PROT_READ | PROT_WRITE));
  CHECK(line.shared);
  CHECK(line.name == "/tmp/a file");
  REQUIRE(parse_map_line("10-20 ---p 00000000 00:00 0 ", line));
  CHECK(line.protection == 0);
  CHECK_FALSE(line.shared);
  CHECK(line.name.empty());
  for (const std::string_view wrong : {"", "10", "10-", "10-20", "20-10 r--p 0 0 0", "x-20 r--p 0 0 0", "10-20 r-"}) {
    CHECK_FALSE(parse_map_line(wrong, line));
  }
}

TEST_CASE("lines are found across the ends of a small buffer", "[resident_watch]") {
  char path[] = "/tmp/memline_mapsXXXXXX";
  const int file = ::mkstemp(path);
  ::unlink(path);
  const std::string_view text =
      "10-20 r--p 0 0 0 /one\n20-30 r--p 0 0 0 /two\n30-40 r--p 0 0 0 /a-name-beyond-the-buffer\n";
  REQUIRE(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  char buffer[32];
  MemoryMaps maps(file, buffer, sizeof buffer);
  MapLine line;
  REQUIRE(maps.next(line));
  CHECK(line.name == "/one");
  REQUIRE(maps.next(line));
  CHECK(line.begin == 0x20);
  CHECK(line.name == "/two");
  CHECK(maps.complete());
  CHECK_FALSE(maps.next(line));
  CHECK_FALSE(maps.complete());
  ::close(file);
}

TEST_CASE("what memline maps for itself is known until it is given back", "[resident_watch]") {
  const auto is_known = [](std::uint64_t begin, std::uint64_t bytes) {
    for (std::size_t i = 0; i < kMostOwnRanges; ++i) {
      if (own_range(i).begin == begin && own_range(i).bytes == bytes) return true;
    }
    return false;
  };
  void* const memory = map_own(3 * kPageBytes);
  const auto begin = reinterpret_cast<std::uint64_t>(memory);
  CHECK(is_known(begin, 3 * kPageBytes));
  unmap_own(memory, 3 * kPageBytes);
  CHECK_FALSE(is_known(begin, 3 * kPageBytes));
}

}  // namespace
}  // namespace memline::capture
