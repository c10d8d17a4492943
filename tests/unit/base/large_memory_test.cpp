#include "base/large_memory.h"

#include <cstdint>
#include <limits>
#include <new>
#include <numeric>
#include <vector>

#include "support/catch.h"

namespace memline {
namespace {

template <class Vector>
std::uintptr_t address_of(const Vector& vector) {
  return reinterpret_cast<std::uintptr_t>(vector.data());
}

TEST_CASE("a table keeps what it holds when it moves from small to huge pages and grows there") {
  std::vector<std::uint32_t, LargeAllocator<std::uint32_t>> table(1000);
  CHECK(address_of(table) % kLargeAlignment == 0);
  std::iota(table.begin(), table.end(), 0U);
  for (const std::size_t size : {std::size_t{1} << 18, std::size_t{3} << 20}) {  // 1 MiB, 12 MiB
    table.resize(size);
    table.shrink_to_fit();
    CHECK(address_of(table) % (std::uintptr_t{2} << 20) == 0);
    table.back() = 7;
  }
  CHECK(table[999] == 999);
  CHECK(table[1000] == 0);
  CHECK(table[(std::size_t{1} << 18) - 1] == 7);
  table.resize(1000);
  table.shrink_to_fit();
  CHECK(table[999] == 999);
}

TEST_CASE("a table that cannot be had is a bad_alloc") {
  LargeAllocator<std::uint64_t> allocator;
  CHECK_THROWS_AS(allocator.allocate(std::numeric_limits<std::size_t>::max() / 8), std::bad_alloc);
  CHECK_THROWS_AS(allocator.allocate(std::numeric_limits<std::size_t>::max() / 4), std::bad_alloc);
  CHECK_THROWS_AS(allocator.allocate(std::size_t{1} << 56), std::bad_alloc);
}

}  // namespace
}  // namespace memline
