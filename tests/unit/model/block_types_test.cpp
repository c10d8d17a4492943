#include "model/block_types.h"

#include <string>
#include <vector>

#include "fake_stacks.h"
#include "model/heap_partition.h"
#include "model/sites.h"
#include "model/user_code.h"
#include "support/catch.h"

namespace memline::model {
namespace {

/// main (app.cpp:3) calls what a test adds.
struct Program {
  FakeStacks stacks;
  FileId app = stacks.add_file("/home/me/src/app.cpp");
  FileId header = stacks.add_file("/usr/include/c++/12/bits/new_allocator.h");
  ModuleId library = stacks.add_module("/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
  NodeId in_main = stacks.call({}, {at("main", 3, app)});

  symbols::Frame at(std::string function, std::uint32_t line, FileId file) {
    return stacks.at(stacks.add_function(std::move(function), file), line);
  }
  symbols::Frame in_header(std::string function) { return at(std::move(function), 100, header); }
  /// operator new of the library, which has symbols only.
  NodeId new_called_by(NodeId caller) { return stacks.call(caller, {at("operator new", 0, {})}, library); }
};

}  // namespace

TEST_CASE("the allocator that was asked tells the type, not the one whose code it shares") {
  Program program;
  const NodeId inlined =
      program.stacks.call(program.in_main, {program.in_header("std::__new_allocator<Wrong>::allocate"),
                                            program.in_header("std::allocator_traits<std::allocator<Foo> >::allocate"),
                                            program.in_header("std::vector<Foo, std::allocator<Foo> >::push_back"),
                                            program.at("fill", 10, program.app)});
  const BlockType type = BlockTypes(program.stacks).find(program.new_called_by(inlined), 24);
  CHECK(type.kind == "Foo");
  CHECK(type.rule == TypeRule::kAllocator);
}

TEST_CASE("frames that were not inlined tell the same") {
  Program program;
  const NodeId traits = program.stacks.call(
      program.in_main, {program.in_header("std::allocator_traits<std::allocator<Foo> >::allocate")});
  const NodeId allocator = program.stacks.call(traits, {program.in_header("std::allocator<Foo>::allocate")});
  CHECK(BlockTypes(program.stacks).find(program.new_called_by(allocator), 24).kind == "Foo");
}

TEST_CASE("what a constructor allocates for itself is not the object that an allocator had made room for") {
  Program program;
  const NodeId constructor =
      program.stacks.call(program.in_main, {program.at("Foo::Foo", 5, program.app),
                                            program.in_header("std::allocator_traits<std::allocator<Foo> >::construct"),
                                            program.in_header("std::vector<Foo, std::allocator<Foo> >::push_back")});
  const BlockType type = BlockTypes(program.stacks).find(program.new_called_by(constructor), 24);
  CHECK(type.rule == TypeRule::kNone);
  CHECK(type.stopped_at == constructor);
}

TEST_CASE("what is not known stands by site, mappings and libraries without debug information by themselves") {
  Program program;
  const ModuleId stripped = program.stacks.add_module("/opt/lib/libfoo.so");
  const NodeId in_library = program.stacks.call(program.in_main, {program.at("foo_open", 0, {})}, stripped);
  const NodeId other = program.stacks.call(program.in_main, {program.at("foo_read", 0, {})}, stripped);
  const NodeId own = program.stacks.call(program.in_main, {program.at("load", 7, program.app)});
  const OwnRules rules({}, {});
  Sites sites(program.stacks, rules, [](const std::string& name) { return name; });
  replay::Image image;
  HeapPartition heap(HeapKind::kType, image, program.stacks, sites);
  const auto add = [&](NodeId owner, std::uint64_t bytes, replay::BlockKind kind) {
    replay::LiveBlock block;
    block.owner = owner;
    block.bytes = bytes;
    block.kind = kind;
    heap.add(block, std::nullopt);
  };
  add(in_library, 100, replay::BlockKind::kHeap);
  add(program.new_called_by(other), 1, replay::BlockKind::kHeap);
  add(own, 50, replay::BlockKind::kHeap);
  add(own, 4096, replay::BlockKind::kMapping);
  const std::vector<HeapRow> rows = heap.rows();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].kind == "(mapping) app.cpp:7 load");
  CHECK(rows[1].kind == "(no debug information) libfoo.so");
  CHECK(rows[1].bytes == 101);
  CHECK(rows[1].count == 2);
  CHECK(rows[2].kind == "(unknown type) app.cpp:7 load");
  CHECK(rows[2].line == 7U);
  for (const HeapRow& row : rows) CHECK(row.rule.empty());
}

TEST_CASE("a block that nobody has a type for is its keeper's, not that of the functions that wrap malloc") {
  Program program;
  const NodeId keeper = program.stacks.call(program.in_main, {program.at("load", 7, program.app)});
  const NodeId outer = program.stacks.call(keeper, {program.at("xcalloc", 30, program.app)});
  const NodeId inner = program.stacks.call(outer, {program.at("xmalloc", 20, program.app)});
  program.stacks.hands_on(inner);
  program.stacks.hands_on(outer);
  const OwnRules rules({}, {});
  Sites sites(program.stacks, rules, [](const std::string& name) { return name; });
  replay::Image image;
  HeapPartition heap(HeapKind::kType, image, program.stacks, sites);
  replay::LiveBlock block;
  block.owner = inner;
  block.bytes = 100;
  heap.add(block, std::nullopt);
  REQUIRE(heap.rows().size() == 1);
  CHECK(heap.rows()[0].kind == "(unknown type) app.cpp:7 load");
}

TEST_CASE("lines of one name in two folders are two rows, and say where they are") {
  Program program;
  const FileId first = program.stacks.add_file("/home/me/a/util.c");
  const FileId second = program.stacks.add_file("/home/me/b/util.c");
  const FileId third = program.stacks.add_file("/home/me/other/b/util.c");
  const ModuleId plugin = program.stacks.add_module("/opt/x/lib/plugin.so");
  const ModuleId other_plugin = program.stacks.add_module("/opt/y/lib/plugin.so");
  const OwnRules rules({}, {});
  Sites sites(program.stacks, rules, [](const std::string& name) { return name; });
  replay::Image image;
  for (const HeapKind kind : {HeapKind::kType, HeapKind::kLine}) {
    HeapPartition heap(kind, image, program.stacks, sites);
    const auto add = [&](NodeId owner, std::uint64_t bytes) {
      replay::LiveBlock block;
      block.owner = owner;
      block.bytes = bytes;
      heap.add(block, std::nullopt);
    };
    add(program.stacks.call(program.in_main, {program.at("init", 10, first)}), 400);
    add(program.stacks.call(program.in_main, {program.at("init", 10, second)}), 300);
    add(program.stacks.call(program.in_main, {program.at("init", 10, third)}), 200);
    add(program.stacks.call(program.in_main, {program.at("init", 10, first)}), 100);
    if (kind == HeapKind::kType) {
      add(program.stacks.call(program.in_main, {program.at("open", 0, {})}, plugin), 2);
      add(program.stacks.call(program.in_main, {program.at("open", 0, {})}, other_plugin), 1);
    }
    const std::vector<HeapRow> rows = heap.rows();
    const std::string prefix = kind == HeapKind::kType ? "(unknown type) " : "";
    REQUIRE(rows.size() == (kind == HeapKind::kType ? 5 : 3));
    CHECK(rows[0].kind == prefix + "util.c:10 init (me/a/util.c:10)");
    CHECK(rows[0].file == "/home/me/a/util.c");
    CHECK(rows[0].bytes == 500);
    CHECK(rows[0].count == 2);
    CHECK(rows[1].kind == prefix + "util.c:10 init (me/b/util.c:10)");
    CHECK(rows[1].bytes == 300);
    CHECK(rows[2].bytes == 200);
    if (kind != HeapKind::kType) continue;
    CHECK(rows[3].kind == "(no debug information) plugin.so (x/lib/plugin.so)");
    CHECK(rows[4].bytes == 1);
  }
}

TEST_CASE("an allocator that is not the standard library's is not taken at its arguments") {
  Program program;
  const auto kind_of = [&](const std::vector<std::string>& innermost_first) {
    std::vector<symbols::Frame> frames;
    for (const std::string& name : innermost_first) frames.push_back(program.in_header(name));
    frames.push_back(program.at("fill", 10, program.app));
    const NodeId stack = program.new_called_by(program.stacks.call(program.in_main, frames));
    return BlockTypes(program.stacks).find(stack, 4096).kind;
  };
  CHECK(kind_of({"BumpAllocator<4096>::allocate"}) == "");
  CHECK(kind_of({"MyAllocator<Policy, Foo>::allocate"}) == "");
  // It serves objects with bytes that it got from elsewhere.
  CHECK(kind_of({"std::__new_allocator<char>::allocate", "MyAllocator<Policy, Foo>::allocate"}) == "");
  CHECK(kind_of({"std::__new_allocator<char>::allocate", "MyAllocator<Policy, Foo>::allocate",
                 "std::allocator_traits<MyAllocator<Policy, Foo> >::allocate",
                 "std::_Vector_base<Foo, MyAllocator<Policy, Foo> >::_M_allocate"}) == "Foo");
  // A chunk is not what is made in it.
  CHECK(kind_of({"Arena::do_allocate", "std::pmr::memory_resource::allocate",
                 "std::pmr::polymorphic_allocator<Foo>::allocate"}) == "");
}

}  // namespace memline::model
