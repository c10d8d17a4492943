#include "bootstrap_arena.h"

#include <cstring>
#include <memory>

#include "support/catch.h"

using namespace memline::capture;

TEST_CASE("the arena hands out zeroed, aligned blocks that it knows again", "[bootstrap_arena]") {
  const auto arena = std::make_unique<BootstrapArena>();
  auto* const small = static_cast<char*>(arena->allocate(10, 1, 0));
  auto* const page = static_cast<char*>(arena->allocate(100, 4096, 0));
  REQUIRE(small != nullptr);
  REQUIRE(page != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(small) % 16 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(page) % 4096 == 0);
  for (int i = 0; i < 100; ++i) CHECK(page[i] == 0);
  CHECK(arena->size_of(small) == 10);
  CHECK(arena->size_of(page) == 100);
  CHECK(arena->contains(small));
  CHECK(arena->contains(page + 99));
  int elsewhere = 0;
  CHECK_FALSE(arena->contains(&elsewhere));
  CHECK_FALSE(arena->contains(nullptr));
}

TEST_CASE("blocks do not overlap", "[bootstrap_arena]") {
  const auto arena = std::make_unique<BootstrapArena>();
  auto* const first = static_cast<char*>(arena->allocate(33, 16, 0));
  auto* const second = static_cast<char*>(arena->allocate(33, 16, 0));
  std::memset(first, 1, 33);
  std::memset(second, 2, 33);
  CHECK(arena->size_of(first) == 33);
  CHECK(arena->size_of(second) == 33);
  CHECK(first[32] == 1);
}

TEST_CASE("a resized block keeps its bytes", "[bootstrap_arena]") {
  const auto arena = std::make_unique<BootstrapArena>();
  auto* const block = static_cast<char*>(arena->allocate(4, 16, 0));
  std::memcpy(block, "abc", 4);
  auto* const larger = static_cast<char*>(arena->reallocate(block, 1000, 0));
  REQUIRE(larger != nullptr);
  CHECK(std::strcmp(larger, "abc") == 0);
  CHECK(arena->size_of(larger) == 1000);
}

TEST_CASE("only the program's blocks are listed, and whether they are still in use", "[bootstrap_arena]") {
  const auto arena = std::make_unique<BootstrapArena>();
  arena->allocate(1, 16, 0);
  void* const kept = arena->allocate(2, 16, 0x1000);
  void* const released = arena->allocate(3, 16, 0x2000);
  arena->release(released);
  REQUIRE(arena->listed_count() == 2);
  CHECK(arena->listed()[0].address == reinterpret_cast<std::uint64_t>(kept));
  CHECK(arena->listed()[0].size_bytes == 2);
  CHECK(arena->listed()[0].caller == 0x1000);
  CHECK_FALSE(arena->listed()[0].released);
  CHECK(arena->listed()[1].released);
}

TEST_CASE("an exhausted arena refuses", "[bootstrap_arena]") {
  const auto arena = std::make_unique<BootstrapArena>();
  CHECK(arena->allocate(BootstrapArena::kBytes, 16, 0) == nullptr);
  CHECK(arena->allocate(SIZE_MAX, 16, 0) == nullptr);
  CHECK(arena->allocate(BootstrapArena::kBytes - 64, 16, 0) != nullptr);
  CHECK(arena->allocate(64, 16, 0) == nullptr);
}
