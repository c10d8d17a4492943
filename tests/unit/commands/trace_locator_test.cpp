#include "commands/run/trace_locator.h"

#include <unistd.h>

#include "commands/trace_file.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace memline;
using namespace memline::commands;
using memline::test::make_trace;
using memline::testing::ScratchFolder;

TEST_CASE("name_process: this process has a start time, pid 0 has none") {
  const auto self = name_process(static_cast<std::uint32_t>(::getpid()));
  CHECK(self.start > 0);
  CHECK(name_process(static_cast<std::uint32_t>(::getpid())).start == self.start);
  CHECK(name_process(0).start == 0);
}

TEST_CASE("locator: the trace is the one whose header names the process") {
  const ScratchFolder folder;
  const TraceLocator locator("trace.bin", folder.path());
  CHECK(locator.find({7, 100}).empty());
  folder.write("trace.bin", make_trace(6, 50));  // of somebody else
  folder.write("trace.bin.8", "no trace");
  folder.write("trace.bin.7", make_trace(7, 100));
  folder.write("trace.bin.9", make_trace(9, 120));
  CHECK(locator.find({7, 100}) == folder.path("trace.bin.7"));
  CHECK(locator.find({7, 101}).empty());  // an earlier process with the same pid
}

TEST_CASE("locator: escapes may have become anything") {
  const ScratchFolder folder;
  folder.write("a-[x]-app-7.bin", make_trace(7, 100));
  CHECK(TraceLocator("a-[x]-%e-%p.bin", folder.path()).find({7, 100}) == folder.path("a-[x]-app-7.bin"));
  CHECK(TraceLocator(folder.path("a-[x]-%e-%p.bin"), "/nowhere").find({7, 100}) == folder.path("a-[x]-app-7.bin"));
  CHECK(TraceLocator("a-?x?-%e-%p.bin", folder.path()).find({7, 100}).empty());
}
