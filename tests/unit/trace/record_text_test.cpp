#include "trace/record_text.h"

#include <string>

#include "support/catch.h"

namespace memline::trace {
namespace {

TEST_CASE("records read as name and fields", "[text]") {
  CHECK(record_text(Acquire{9, 0x5500, 64, 12, Origin::kCalloc}) ==
        "Acquire address=0x5500 size=64 origin=calloc stack=12");
  CHECK(record_text(Release{9, 0x5500, 3}) == "Release address=0x5500 stack=3");
  CHECK(record_text(Map{1, 0x7000, 8192, 3, 0x22, MapKind::kSharedFile, 5}) ==
        "Map address=0x7000 length=8192 protection=0x3 flags=0x22 kind=shared-file stack=5");
  CHECK(record_text(Exit{1, 2, ExitKind::kSignal, -6}) == "Exit monotonic_ns=2 kind=signal code=-6");
  CHECK(record_text(Mark{1, 1, 0.5, "loss"}) == "Mark name=\"loss\" value=0.5");
  CHECK(record_text(Mark{1, 0, 0.5, "epoch"}) == "Mark name=\"epoch\"");
}

TEST_CASE("a stack's frames name their modules", "[text]") {
  Stack stack{};
  stack.first_id = 4;
  stack.end = StackEnd::kBadMemory;
  stack.count = 3;
  stack.frames[0] = {1, 0x100, false};
  stack.frames[1] = {2, 0x200, true};
  stack.frames[2] = {0, 0x7fff0000, false};
  const ModuleName name = [](std::uint32_t module) { return module == 1 ? "app" : "libz.so"; };
  CHECK(record_text(stack, name) ==
        "Stack first_id=4 parent=0 end=bad-memory frames=[app+0x100 libz.so+0x200(exact) 0x7fff0000]");
  stack.parent = 3;
  stack.count = 0;
  CHECK(record_text(stack, name) == "Stack first_id=4 parent=3 frames=[]");
}

TEST_CASE("texts cannot leave their line, and unknown numbers stay numbers", "[text]") {
  CHECK(record_text(Thread{1, 2, "a\n\x1b[0m\xff"}) == "Thread thread=1 tid=2 name=\"a\\n\\x1b[0m\\xff\"");
  CHECK(record_text(Acquire{9, 1, 1, 1, static_cast<Origin>(77)}) == "Acquire address=0x1 size=1 origin=77 stack=1");
  CHECK(record_text(Module{1, 0, 0, 0, 0, 1, "\x0a\xff", "/x"}) ==
        "Module module=1 generation=0 begin=0x0 end=0x0 bias=0x0 main_executable=1 build_id=0aff path=\"/x\"");
}

}  // namespace
}  // namespace memline::trace
