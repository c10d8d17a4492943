#include "model/sites.h"

#include <algorithm>

#include "fake_stacks.h"
#include "model/heap_partition.h"
#include "support/catch.h"

namespace memline::model {
namespace {

struct Program {
  FakeStacks stacks;
  OwnRules rules{{}, {}};
  Sites sites{stacks, rules, [](const std::string& name) { return name; }};
  FileId app = stacks.add_file("/home/me/src/app.cpp");
  FunctionId main_function = stacks.add_function("main", app);
  FunctionId fill = stacks.add_function("fill<int>", app);
  FunctionId fill_long = stacks.add_function("fill<long>", app);
  NodeId in_main = stacks.call({}, {stacks.at(main_function, 3)});
  NodeId in_fill = stacks.call(in_main, {stacks.at(fill, 10)});
  NodeId in_fill_long = stacks.call(in_main, {stacks.at(fill_long, 10)});
  NodeId deeper = stacks.call(in_fill, {stacks.at(fill, 10)});
};

TEST_CASE("all stacks that are charged to a line are one site") {
  Program program;
  const SiteId site = program.sites.of_stack(program.in_fill).site;
  CHECK(program.sites.of_stack(program.in_fill_long).site == site);
  CHECK(program.sites.of_stack(program.deeper).site == site);
  CHECK(program.sites.of_stack(program.in_main).site != site);
  CHECK(program.sites.info(site).label() == "app.cpp:10");
  CHECK(program.sites.function_name(program.sites.of_stack(program.in_fill_long)) == "fill<long>");
}

TEST_CASE("a stack without lines is charged to a function of a module") {
  Program program;
  const ModuleId library = program.stacks.add_module("/usr/lib/libfoo.so");
  const FunctionId open = program.stacks.add_function("foo_open", {});
  const FunctionId nameless = program.stacks.add_function("libfoo.so!+0x12", {});
  const NodeId first = program.stacks.call({}, {program.stacks.at(open, 0)}, library);
  const NodeId second = program.stacks.call({}, {program.stacks.at(open, 0)}, library);
  const NodeId third = program.stacks.call({}, {program.stacks.at(nameless, 0)}, library);
  const SiteId site = program.sites.of_stack(first).site;
  CHECK(site == program.sites.of_stack(second).site);
  CHECK(program.sites.info(site).label() == "libfoo.so!foo_open");
  CHECK(program.sites.info(site).why == symbols::NoLine::kStripped);
  CHECK(program.sites.info(program.sites.of_stack(third).site).label() == "libfoo.so!+0x12");
  CHECK(program.sites.info(program.sites.of_stack(program.stacks.unknown()).site).label() == "(unknown stack)");
}

TEST_CASE("every line on a stack is listed once") {
  Program program;
  const std::vector<SiteId> all = program.sites.all_of_stack(program.deeper);
  CHECK(all.size() == 2);  // app.cpp:10 and app.cpp:3
  CHECK(std::count(all.begin(), all.end(), program.sites.of_stack(program.in_main).site) == 1);
}

TEST_CASE("of lines on a stack only the user's own are listed") {
  Program program;
  const FileId header = program.stacks.add_file("/usr/include/c++/12/bits/basic_string.h");
  const FileId start = program.stacks.add_file("../csu/libc-start.c");
  const ModuleId libc = program.stacks.add_module("/usr/lib/x86_64-linux-gnu/libc.so.6");
  const FunctionId create = program.stacks.add_function("_M_create", header);
  const FunctionId start_call = program.stacks.add_function("__libc_start_call_main", start);
  const NodeId outermost = program.stacks.call({}, {program.stacks.at(start_call, 74)}, libc);
  const NodeId in_main = program.stacks.call(outermost, {program.stacks.at(program.main_function, 3)});
  const NodeId innermost = program.stacks.call(in_main, {program.stacks.at(create, 650)});
  const std::vector<SiteId> all = program.sites.all_of_stack(innermost);
  REQUIRE(all.size() == 1);
  CHECK(program.sites.info(all[0]).label() == "app.cpp:3");
  // None is own: what the site is charged to stands alone.
  CHECK(program.sites.all_of_stack(outermost) == std::vector<SiteId>{program.sites.of_stack(outermost).site});
}

replay::LiveBlock block(NodeId owner, std::uint64_t bytes, std::size_t thread = 0) {
  replay::LiveBlock live;
  live.owner = owner;
  live.bytes = bytes;
  live.thread = ThreadId{thread};
  return live;
}

std::vector<HeapRow> partition(Program& program, HeapKind kind) {
  replay::Image image;
  image.threads.resize(2);
  image.threads[0] = {100, "main", 0, 0};
  image.threads[1] = {101, "worker", 0, 0};
  HeapPartition heap(kind, image, program.stacks, program.sites);
  heap.add(block(program.in_main, 7), 7);
  heap.add(block(program.in_fill, 20, 1), 5);
  heap.add(block(program.in_fill_long, 20), 10);
  heap.add(block(program.deeper, 40), std::nullopt);
  return heap.rows();
}

TEST_CASE("the heap by line") {
  Program program;
  const std::vector<HeapRow> rows = partition(program, HeapKind::kLine);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].file == "/home/me/src/app.cpp");
  CHECK(rows[0].line == 10U);
  CHECK(rows[0].count == 3);
  CHECK(rows[0].bytes == 80);
  CHECK(rows[1].kind == "app.cpp:3 main");
  CHECK(rows[1].bytes == 7);
  CHECK(rows[0].resident == 15U);  // nobody looked at the block of 40
  CHECK(rows[1].resident == 7U);
}

TEST_CASE("the heap by function tells template instances apart") {
  Program program;
  const std::vector<HeapRow> rows = partition(program, HeapKind::kFunction);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].function == "fill<int>");
  CHECK(rows[0].bytes == 60);
  CHECK(rows[1].kind == "fill<long>");
  CHECK(rows[1].bytes == 20);
}

TEST_CASE("the heap by function tells functions of one name apart") {
  Program program;
  const FileId one = program.stacks.add_file("/home/me/src/b1.c"), two = program.stacks.add_file("/home/me/src/b2.c");
  const FunctionId init_one = program.stacks.add_function("init", one),
                   init_two = program.stacks.add_function("init", two);
  const ModuleId library = program.stacks.add_module("/opt/lib/libfoo.so");
  const FunctionId init_three = program.stacks.add_function("init", {});
  const NodeId in_one = program.stacks.call(program.in_main, {program.stacks.at(init_one, 5)});
  const NodeId in_one_again = program.stacks.call(program.in_main, {program.stacks.at(init_one, 6)});
  const NodeId in_two = program.stacks.call(program.in_main, {program.stacks.at(init_two, 5)});
  const NodeId in_three = program.stacks.call({}, {program.stacks.at(init_three, 0)}, library);
  replay::Image image;
  HeapPartition heap(HeapKind::kFunction, image, program.stacks, program.sites);
  heap.add(block(in_one, 60), std::nullopt);
  heap.add(block(in_one_again, 40), std::nullopt);
  heap.add(block(in_two, 900), std::nullopt);
  heap.add(block(in_three, 7), std::nullopt);
  const std::vector<HeapRow> rows = heap.rows();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].bytes == 900);
  CHECK(rows[0].kind.starts_with("init (src/b2.c"));
  CHECK(rows[0].function == "init");
  CHECK(rows[1].bytes == 100);
  CHECK(rows[1].count == 2);
  CHECK(rows[1].kind.starts_with("init (src/b1.c"));
  CHECK(rows[2].bytes == 7);
  CHECK(rows[2].kind == "init (lib/libfoo.so)");
}

TEST_CASE("the heap by file, module, size and thread") {
  Program program;
  CHECK(partition(program, HeapKind::kFile).at(0).kind == "/home/me/src/app.cpp");
  CHECK(partition(program, HeapKind::kFile).at(0).bytes == 87);
  CHECK(partition(program, HeapKind::kModule).at(0).kind == "/home/me/app");
  CHECK(partition(program, HeapKind::kModule).at(0).count == 4);
  const std::vector<HeapRow> sizes = partition(program, HeapKind::kSize);
  REQUIRE(sizes.size() == 3);
  CHECK(sizes[0].kind == "20 B");  // 2 x 20 goes before 1 x 40: more blocks
  CHECK(sizes[0].count == 2);
  CHECK(sizes[1].kind == "40 B");
  CHECK(sizes[2].kind == "7 B");
  const std::vector<HeapRow> threads = partition(program, HeapKind::kThread);
  REQUIRE(threads.size() == 2);
  CHECK(threads[0].kind == "main (#0, tid 100)");
  CHECK(threads[0].bytes == 67);
  CHECK(threads[1].kind == "worker (#1, tid 101)");
  CHECK(threads[1].bytes == 20);
}

}  // namespace
}  // namespace memline::model
