#include "commands/run/inspect_program.h"

#include <fstream>
#include <iterator>

#include "commands/run/elf_program.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline::commands;
using memline::testing::ScratchFolder;

namespace {
std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
Obstacle obstacle_of(const std::string& program, const std::string& search_path = "/bin:/usr/bin") {
  return inspect_program(program, search_path).obstacle;
}
}  // namespace

TEST_CASE("inspect: an ordinary program has nothing against it") {
  CHECK(obstacle_of("/bin/sh") == Obstacle::kNone);
  CHECK(obstacle_of("sh") == Obstacle::kNone);
  CHECK(inspect_program("sh", "/nowhere:/bin").path == "/bin/sh");
}

TEST_CASE("inspect: what LD_PRELOAD cannot reach") {
  CHECK(obstacle_of(MEMLINE_STATIC_PROGRAM) == Obstacle::kStatic);
  CHECK(obstacle_of(MEMLINE_OWN_MALLOC_PROGRAM) == Obstacle::kOwnMalloc);
  CHECK(obstacle_of(MEMLINE_SANITIZED_PROGRAM) == Obstacle::kSanitizer);
  CHECK(inspect_program(MEMLINE_STATIC_PROGRAM, "").reason.find("statically linked") != std::string::npos);
}

TEST_CASE("inspect: what cannot be run") {
  const ScratchFolder folder;
  CHECK(obstacle_of(folder.path("missing")) == Obstacle::kNotFound);
  CHECK(obstacle_of("memline-no-such-program") == Obstacle::kNotFound);
  CHECK(obstacle_of(folder.path()) == Obstacle::kNotExecutable);
  CHECK(obstacle_of(folder.write("text", "hello\n")) == Obstacle::kNotExecutable);
}

TEST_CASE("inspect: a script is judged by what interprets it") {
  const ScratchFolder folder;
  const std::string static_program = MEMLINE_STATIC_PROGRAM;
  CHECK(obstacle_of(folder.write("a", "#!/bin/sh -e\n", true)) == Obstacle::kNone);
  CHECK(obstacle_of(folder.write("b", "#! " + static_program + "\n", true)) == Obstacle::kStatic);
  CHECK(obstacle_of(folder.write("c", "#!" + folder.path("b"), true)) == Obstacle::kStatic);
  CHECK(obstacle_of(folder.write("d", "#!/usr/bin/env sh\n", true)) == Obstacle::kNone);
  CHECK(obstacle_of(folder.write("e", "#!/no/such/interpreter\n", true)) == Obstacle::kNotFound);
  CHECK(inspect_program(folder.path("e"), "").path == "/no/such/interpreter");
  CHECK(obstacle_of(folder.write("loop", "#!" + folder.path("loop") + "\n", true)) == Obstacle::kNone);
  CHECK(obstacle_of(folder.write("short", "#!", true)) == Obstacle::kNotFound);
}

TEST_CASE("inspect: programs for other machines") {
  const ScratchFolder folder;
  std::string program = contents("/bin/sh");
  std::string foreign = program;
  foreign[18] = '\x15';  // e_machine: PowerPC64
  CHECK(obstacle_of(folder.write("foreign", foreign, true)) == Obstacle::kOtherMachine);
  program[4] = 1;  // ELFCLASS32
  CHECK(obstacle_of(folder.write("narrow", program, true)) == Obstacle::kOtherMachine);
}

TEST_CASE("elf program: no ELF file, and damaged ones") {
  CHECK_FALSE(ElfProgram::parse(""));
  CHECK_FALSE(
      ElfProgram::parse("\x7f"
                        "EL"));
  const std::string whole = contents(MEMLINE_OWN_MALLOC_PROGRAM);
  REQUIRE(ElfProgram::parse(whole));
  CHECK(ElfProgram::parse(whole)->defines_malloc);
  // must survive anything: cut short, and with every byte of the headers wrong
  for (std::size_t size = 0; size < whole.size(); size += 97) ElfProgram::parse(whole.substr(0, size));
  for (std::size_t i = 16; i < 1024; ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(~damaged[i]);
    CHECK(ElfProgram::parse(damaged));
  }
}
