#include "model/user_code.h"

#include <span>
#include <string>

#include "fake_stacks.h"
#include "support/catch.h"

namespace memline::model {
namespace {

/// main at 3 calls solve at 10, compiled into the program.
struct Program {
  FakeStacks stacks;
  FileId app = stacks.add_file("/home/me/src/app.cpp");
  FileId vector_header = stacks.add_file("/usr/include/c++/12/bits/stl_vector.h");
  FileId eigen = stacks.add_file("/usr/include/eigen3/Eigen/src/Core/Memory.h");
  ModuleId libc = stacks.add_module("/lib/x86_64-linux-gnu/libc.so.6");
  ModuleId libstdcpp = stacks.add_module("/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
  FunctionId start = stacks.add_function("_start", {});
  FunctionId libc_start = stacks.add_function("__libc_start_call_main", {});
  FunctionId main_function = stacks.add_function("main", app);
  FunctionId solve = stacks.add_function("solve", app);
  FunctionId push_back = stacks.add_function("push_back", vector_header);
  FunctionId operator_new = stacks.add_function("operator new", {});
  NodeId from_start = stacks.call({}, {stacks.at(start, 0)});
  NodeId from_libc = stacks.call(from_start, {stacks.at(libc_start, 0)}, libc);
  NodeId in_main = stacks.call(from_libc, {stacks.at(main_function, 3)});
};

UserLine find(Program& program, NodeId stack, const OwnRules& rules) {
  UserLines lines(program.stacks, rules);
  const std::optional<UserLine> found = lines.find(stack);
  REQUIRE(found);
  return *found;
}

TEST_CASE("a push_back inlined into the user's line is charged to that line") {
  Program program;
  const NodeId in_solve = program.stacks.call(
      program.in_main, {program.stacks.at(program.push_back, 1287), program.stacks.at(program.solve, 10)});
  const NodeId in_new = program.stacks.call(in_solve, {program.stacks.at(program.operator_new, 0)}, program.libstdcpp);
  const UserLine line = find(program, in_new, OwnRules({}, {}));
  CHECK(line.own);
  CHECK(line.frame.function == program.solve);
  CHECK(line.frame.line == 10);
  CHECK(line.node == in_solve);
  CHECK(line.depth == 1);
}

TEST_CASE("a library in a user's folder is own code, one in the system's is not") {
  Program program;
  const ModuleId mine = program.stacks.add_module("/home/me/build/libmine.so");
  const ModuleId system = program.stacks.add_module("/usr/lib/x86_64-linux-gnu/libtheirs.so.1");
  const FileId theirs_file = program.stacks.add_file("/build/theirs-1.0/theirs.c");
  const FunctionId theirs = program.stacks.add_function("theirs_open", theirs_file);
  const NodeId in_mine = program.stacks.call(program.in_main, {program.stacks.at(theirs, 7)}, mine);
  const NodeId in_system = program.stacks.call(program.in_main, {program.stacks.at(theirs, 7)}, system);
  const OwnRules plain({}, {});
  CHECK(find(program, in_mine, plain).frame.function == theirs);
  CHECK(find(program, in_system, plain).frame.function == program.main_function);
  CHECK(find(program, in_system, OwnRules({"libtheirs.so*"}, {})).frame.function == theirs);
  CHECK(find(program, in_system, OwnRules({"/build/theirs-*"}, {})).frame.function == theirs);
  CHECK(find(program, in_mine, OwnRules({}, {"libmine.so"})).frame.function == program.main_function);
  CHECK(find(program, in_mine, OwnRules({"theirs.c"}, {"libmine.so"})).frame.function == program.main_function);
}

TEST_CASE("without own code the innermost frame of the program is charged, start-up code never") {
  Program program;
  const FunctionId parse = program.stacks.add_function("parse", {});
  const NodeId stripped_main = program.stacks.call(program.from_libc, {program.stacks.at(program.main_function, 0)});
  const NodeId in_parse = program.stacks.call(stripped_main, {program.stacks.at(parse, 0)});
  const NodeId in_libc = program.stacks.call(in_parse, {program.stacks.at(program.operator_new, 0)}, program.libc);
  const UserLine line = find(program, in_libc, OwnRules({}, {}));
  CHECK_FALSE(line.own);
  CHECK(line.frame.function == parse);
  CHECK(line.frame.why == symbols::NoLine::kStripped);
}

TEST_CASE("a stack that only start-up code leads to is charged to the innermost frame") {
  Program program;
  const FunctionId init = program.stacks.add_function("init_locale", {});
  const NodeId in_library = program.stacks.call(program.from_start, {program.stacks.at(init, 0)}, program.libstdcpp);
  const UserLine line = find(program, in_library, OwnRules({}, {}));
  CHECK(line.frame.function == init);
  CHECK(line.module == program.libstdcpp);
}

TEST_CASE("code that nobody here wrote is charged as a symbol, its debug information installed or not") {
  Program program;
  const FileId malloc_source = program.stacks.add_file("malloc/arena.c");
  const FunctionId inlined = program.stacks.add_function("tcache_init", malloc_source);
  const FunctionId strdup = program.stacks.add_function("strdup", program.stacks.add_file("string/strdup.c"));
  const NodeId thread = program.stacks.call({}, {program.stacks.at(program.libc_start, 442)}, program.libc);
  const NodeId in_libc =
      program.stacks.call(thread, {program.stacks.at(inlined, 3196), program.stacks.at(strdup, 42)}, program.libc);
  const UserLine line = find(program, in_libc, OwnRules({}, {}));
  CHECK(line.frame.function == strdup);
  CHECK(line.module == program.libc);
  CHECK(line.frame.line == 0);
  CHECK(line.frame.file.none());
}

TEST_CASE("a block of the program's own pool is charged to the caller of the pool") {
  Program program;
  const FileId marker = program.stacks.add_file("/home/me/include/memline/marker.h");
  const FunctionId report = program.stacks.add_function("memline_pool_alloc", marker);
  const FunctionId arena_alloc = program.stacks.add_function("arena_alloc", program.app);
  const NodeId in_solve = program.stacks.call(program.in_main, {program.stacks.at(program.solve, 10)});
  const NodeId in_arena =
      program.stacks.call(in_solve, {program.stacks.at(report, 120), program.stacks.at(arena_alloc, 20)});
  const UserLine line = find(program, in_arena, OwnRules({}, {}));
  CHECK(line.frame.function == program.solve);
  CHECK(line.frame.line == 10);
  // Where nobody of the user's own calls the pool, its own line it is.
  const NodeId lonely =
      program.stacks.call(program.from_libc, {program.stacks.at(report, 120), program.stacks.at(arena_alloc, 20)});
  CHECK(find(program, lonely, OwnRules({}, {})).frame.function == arena_alloc);
  // A malloc in that function has nothing to do with it.
  const NodeId malloc_in_arena = program.stacks.call(in_solve, {program.stacks.at(arena_alloc, 21)});
  CHECK(find(program, malloc_in_arena, OwnRules({}, {})).frame.function == arena_alloc);
}

TEST_CASE("a stack without a frame has no user line") {
  Program program;
  const OwnRules rules({}, {});
  UserLines lines(program.stacks, rules);
  CHECK_FALSE(lines.find(program.stacks.unknown()));
}

/// A program whose C library has debug information that is not to be read.
class CostlyStacks : public FakeStacks {
 public:
  std::span<const symbols::Frame> frames(NodeId node) override {
    if (!module(node).none() && module_file(module(node)).path.find("libc.so") != std::string::npos) ++asked_of_libc;
    return FakeStacks::frames(node);
  }
  int asked_of_libc = 0;
};

TEST_CASE("frames of the C library are asked for only where one of them is charged") {
  CostlyStacks stacks;
  const FileId app = stacks.add_file("/home/me/src/app.cpp");
  const ModuleId libc = stacks.add_module("/lib/x86_64-linux-gnu/libc.so.6");
  const FunctionId libc_start = stacks.add_function("__libc_start_call_main", {});
  const FunctionId main_function = stacks.add_function("main", app);
  const FunctionId strdup = stacks.add_function("strdup", {});
  const NodeId from_libc = stacks.call({}, {stacks.at(libc_start, 0)}, libc);
  const NodeId in_main = stacks.call(from_libc, {stacks.at(main_function, 3)});
  const NodeId in_strdup = stacks.call(in_main, {stacks.at(strdup, 0)}, libc);
  const OwnRules rules({}, {});
  UserLines lines(stacks, rules);
  CHECK(lines.find(in_strdup)->frame.function == main_function);
  CHECK(lines.find(in_main)->frame.function == main_function);
  CHECK(stacks.asked_of_libc == 0);
  CHECK(lines.find(from_libc)->frame.function == libc_start);
  CHECK(stacks.asked_of_libc == 1);
}

TEST_CASE("what calls the user's own line is not asked for") {
  class AskedStacks : public FakeStacks {
   public:
    std::span<const symbols::Frame> frames(NodeId node) override {
      ++asked;
      return FakeStacks::frames(node);
    }
    int asked = 0;
  };
  AskedStacks stacks;
  const FunctionId f = stacks.add_function("f", stacks.add_file("/home/me/src/app.cpp"));
  NodeId node = stacks.call({}, {stacks.at(f, 1)});
  for (std::uint32_t line = 2; line <= 50; ++line) node = stacks.call(node, {stacks.at(f, line)});
  const OwnRules rules({}, {});
  UserLines lines(stacks, rules);
  CHECK(lines.find(node)->frame.line == 50);
  CHECK(stacks.asked <= 3);
}

TEST_CASE("what comes with compilers and package managers is not own") {
  const OwnRules rules({}, {});
  for (const char* file :
       {"/usr/include/stdio.h", "/usr/include/eigen3/Eigen/src/Core/Memory.h", "/opt/gcc/include/c++/13/vector",
        "/usr/local/include/fmt/core.h", "/rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/alloc/src/vec/mod.rs",
        "/home/me/.cargo/registry/src/index-6f17d22bba15001f/serde-1.0.1/src/lib.rs",
        "/home/me/build/_deps/json-src/include/json.hpp", "/home/me/vcpkg/installed/x64-linux/include/zlib.h",
        "/home/me/.conan2/p/fmt1234/p/include/fmt/core.h", "/usr/lib/gcc/x86_64-linux-gnu/12/include/xmmintrin.h"}) {
    CAPTURE(file);
    CHECK_FALSE(rules.is_own(file, "/home/me/app", true));
  }
  for (const char* file : {"/home/me/src/app.cpp", "/build/python3.11/Objects/dictobject.c", "/home/me/include/my.h"}) {
    CAPTURE(file);
    CHECK(rules.is_own(file, "/usr/bin/python3.11", true));
    CHECK(rules.is_own(file, "/usr/bin/python3.11", false));
  }
  CHECK_FALSE(rules.is_own("/build/glibc/malloc.c", "/lib/x86_64-linux-gnu/libc.so.6", false));
  CHECK(rules.is_own("/build/tool/tool.c", "/usr/lib/tool/tool", true));
}

TEST_CASE("the rules in force can be printed, the user's own first") {
  const std::vector<std::string> lines = OwnRules({"*/mine/*"}, {"*/generated/*"}).describe();
  REQUIRE(lines.size() >= 5);
  CHECK(lines[0] == "not own (--not-own): */generated/*");
  CHECK(lines[1] == "own (--own): */mine/*");
}

}  // namespace
}  // namespace memline::model
