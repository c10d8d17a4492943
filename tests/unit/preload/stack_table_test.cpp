#include "stack_table.h"

#include "support/catch.h"

using memline::capture::StackTable;

namespace {

// Spread over the whole range, as the unwinder's are.
std::uint64_t hash_of(std::uint32_t id) {
  return id * 0x9e3779b97f4a7c15U;
}

}  // namespace

TEST_CASE("a table finds what was put in, through several growths", "[stack_table]") {
  StackTable table;
  CHECK(table.find(hash_of(1)) == 0);
  constexpr std::uint32_t kCount = 20000;
  for (std::uint32_t id = 1; id <= kCount; ++id) table.insert(hash_of(id), id, true);
  CHECK(table.size() == kCount);
  for (std::uint32_t id = 1; id <= kCount; ++id) REQUIRE(table.find(hash_of(id)) == id);
  CHECK(table.find(hash_of(kCount + 1)) == 0);
  table.release();
}

TEST_CASE("hashes that fall on the same slot are kept apart", "[stack_table]") {
  StackTable table;
  for (std::uint32_t id = 1; id <= 100; ++id) table.insert(std::uint64_t{id} << 40, id, true);
  for (std::uint32_t id = 1; id <= 100; ++id) CHECK(table.find(std::uint64_t{id} << 40) == id);
  table.release();
}

TEST_CASE("a cleared table knows nothing and takes new entries", "[stack_table]") {
  StackTable table;
  table.insert(5, 1, true);
  table.clear();
  CHECK(table.find(5) == 0);
  table.insert(5, 2, true);
  CHECK(table.find(5) == 2);
  table.release();
}

TEST_CASE("a table that may not grow starts empty again and loses nothing else", "[stack_table]") {
  StackTable table;
  table.insert(hash_of(1), 1, true);
  for (std::uint32_t id = 2; id <= 5000; ++id) {
    table.insert(hash_of(id), id, false);
    REQUIRE(table.find(hash_of(id)) == id);
  }
  table.release();
}

TEST_CASE("without memory nothing is found and nothing breaks", "[stack_table]") {
  StackTable table;
  table.insert(7, 1, false);
  CHECK(table.find(7) == 0);
  table.clear();
  table.release();
}
