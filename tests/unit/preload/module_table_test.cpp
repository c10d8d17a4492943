#include "module_table.h"

#include <cstdlib>
#include <memory>
#include <string>

#include "support/catch.h"

using namespace memline::capture;

namespace {

std::uint64_t here() {
  return reinterpret_cast<std::uint64_t>(&here);
}

struct Fixture {
  std::unique_ptr<ModuleTable> table = std::make_unique<ModuleTable>();
  Fixture() { REQUIRE(table->create()); }
  ~Fixture() { table->reset(); }
};

}  // namespace

TEST_CASE("the program and a library are found with what names them", "[module_table]") {
  Fixture f;
  const ModuleEntry* const program = f.table->find(here(), 0);
  const ModuleEntry* const libc = f.table->find(reinterpret_cast<std::uint64_t>(&std::abort), 0);
  REQUIRE(program != nullptr);
  REQUIRE(libc != nullptr);
  CHECK(program->main_executable);
  CHECK_FALSE(libc->main_executable);
  CHECK(program->number == 1);
  CHECK(libc->number == 2);
  CHECK(std::string(libc->path).find("libc") != std::string::npos);
  CHECK(here() >= program->begin);
  CHECK(here() < program->end);
  CHECK(libc->build_id_bytes == 20);  // SHA-1, as every distribution's
}

TEST_CASE("a module keeps its number within a generation and after one", "[module_table]") {
  Fixture f;
  const ModuleEntry* const first = f.table->find(here(), 0);
  CHECK(f.table->find(here() + 1, 0) == first);
  CHECK(f.table->find(here(), 4) == first);
  CHECK(first->first_generation == 0);
}

TEST_CASE("an address without a module has none", "[module_table]") {
  Fixture f;
  const int on_stack = 0;
  CHECK(f.table->find(reinterpret_cast<std::uint64_t>(&on_stack), 0) == nullptr);
  CHECK(f.table->find(8, 0) == nullptr);
}
