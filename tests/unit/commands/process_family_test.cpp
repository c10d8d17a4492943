#include "commands/process_family.h"

#include "commands/trace_file.h"
#include "model/descendants.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using memline::commands::choose_process;
using memline::model::descendant_traces;
using memline::model::descendants_among;
using memline::test::make_trace;
using memline::testing::ScratchFolder;

TEST_CASE("process family: a process without descendants is shown itself") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(10, 100, 1, 50));
  CHECK(choose_process(path).path == path);
  CHECK(choose_process(folder.path("missing.bin")).path == folder.path("missing.bin"));
}

TEST_CASE("process family: the descendant that allocated most is shown, the others are named") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(10, 100, 1, 50));
  const std::string child = folder.write("trace.bin.11", make_trace(11, 101, 10, 40));
  const std::string grandchild = folder.write("trace.bin.12", make_trace(12, 102, 11, 60));
  CHECK(choose_process(path).path == grandchild);
  CHECK(choose_process(path).others == std::vector<std::string>{path, child});
}

TEST_CASE("process family: of later traces that are called alike only descendants' count") {
  const ScratchFolder folder;
  const std::string path = folder.write("app-10.bin", make_trace(10, 100, 1, 50));
  const std::string child = folder.write("app-11.bin", make_trace(11, 101, 10, 40));
  const std::string stranger = folder.write("app-12.bin", make_trace(12, 102, 1, 60));
  CHECK(descendants_among(path, {path, child, stranger}) == std::vector<std::string>{child});
}

TEST_CASE("process family: traces of other programs in the same folder do not count") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(10, 100, 1, 50));
  folder.write("trace.bin.11", make_trace(11, 90, 10, 1000));  // its parent is an older process with the same pid
  folder.write("trace.bin.12", make_trace(12, 110, 9, 1000));  // another parent
  folder.write("trace.bin.13", "no trace");
  CHECK(choose_process(path).path == path);
  CHECK(choose_process(path).others.empty());
  CHECK(descendant_traces(path).empty());
  folder.write("trace.bin.14", make_trace(14, 111, 10, 5));
  CHECK(descendant_traces(path) == std::vector<std::string>{"trace.bin.14"});
}

TEST_CASE("process family: a daemon belongs to the process that it was forked from") {
  const ScratchFolder folder;
  const std::string path = folder.write("trace.bin", make_trace(10, 100, 1, 50));
  folder.write("trace.bin.11", make_trace(11, 101, 1, 40, 10));  // its parent was gone before it began to record
  CHECK(descendant_traces(path) == std::vector<std::string>{"trace.bin.11"});
}
