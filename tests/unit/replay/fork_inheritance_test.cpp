// A forked child starts with what its parent had.

#include <fstream>

#include "replay_fixture.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

namespace memline {
namespace {

using testing::ScratchFolder;
using testing::Script;
using testing::TraceBuilder;
using Bytes = std::map<std::uint64_t, std::uint64_t>;

/// A child's trace up to its own events: it was forked from what `parent` has recorded so far.
void begin_child(Script& child, const Script& parent, const std::string& parent_path, std::uint8_t id) {
  child.trace.header().trace_id.fill(id);
  const auto& parent_id = const_cast<Script&>(parent).trace.header().trace_id;
  child.trace.add(0, trace::ForkedFrom{100, 0, {reinterpret_cast<const char*>(parent_id.data()), 16}, parent_path});
  for (const trace::ForkPosition& position : parent.trace.positions()) child.trace.add(0, position);
}

struct Child {
  replay::Recording recording;
  replay::Outcome outcome;
  testing::Keeper seen;
  std::vector<replay::LiveBlock> blocks;

  explicit Child(const std::string& path) : recording(value(replay::scan(path))) {
    outcome =
        value(replay::replay(recording, 0, {}, {}, &seen, [this](const auto& block) { blocks.push_back(block); }));
  }
  Bytes live_by_leaf() const {
    Bytes bytes;
    const replay::StackTable& stacks = recording.images.at(0).stacks;
    for (const auto& block : blocks) bytes[stacks.node(block.owner).offset] += block.bytes;
    return bytes;
  }

 private:
  template <class T>
  static T value(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(result).value();
  }
};

TEST_CASE("a child starts with its parent's live memory at the fork", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.malloc(0, 0x1000, 100, parent.a);
  parent.malloc(1, 0x2000, 30, parent.d);
  parent.malloc(0, 0x3000, 7, parent.b);
  parent.free(0, 0x3000, parent.b);
  parent.move_begin(1, 0x2000);  // the thread that does this does not exist in the child
  begin_child(child, parent, folder.path("parent.bin"), 9);
  // After the fork the parent goes on; the child must not see it.
  parent.move_end(1, 0x2000, 0x9000, 60, parent.e);
  parent.free(0, 0x1000, parent.a);
  parent.malloc(0, 0x4000, 5000, parent.a);

  child.free(0, 0x1000, child.b);
  child.malloc(0, 0x5000, 11, child.c);
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));

  Child run(folder.path("child.bin"));
  CHECK(run.outcome.inherited_bytes == 130);
  CHECK(run.outcome.inherited_blocks == 2);
  CHECK(run.outcome.peak_live_bytes == 130);
  CHECK(run.outcome.peak_event == 0);
  CHECK(run.outcome.live_bytes == 41);
  CHECK(run.outcome.losses.complete);
  CHECK(run.outcome.losses.unknown_frees == 0);
  CHECK(run.outcome.events == 2);
  CHECK(run.seen.inherited.size() == 2);
  CHECK(run.seen.changes.at(0).change.released_bytes == 100);
  CHECK(run.live_by_leaf() == Bytes{{0x2d, 30}, {0x1c, 11}});
  // Both programs are the same file at the same place: no module is added.
  CHECK(run.recording.images[0].modules.size() == 1);
  CHECK(run.recording.images[0].fork->parent_pid == 100);
}

TEST_CASE("what another thread had moved before the fork, though not said so yet, is not missing", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.malloc(0, 0x1000, 100, parent.a);
  parent.malloc(1, 0x2000, 30, parent.d);
  parent.move_begin(1, 0x2000);
  begin_child(child, parent, folder.path("parent.bin"), 9);
  parent.move_end(1, 0x2000, 0x9000, 60, parent.e);
  child.malloc(0, 0x2000, 11, child.c);  // the child's allocator has it free
  child.free(0, 0x2000, child.c);
  child.malloc(0, 0x1000, 12, child.c);  // but a free of this one is missing
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  CHECK(run.outcome.inherited_bytes == 130);
  CHECK(run.outcome.vanished_bytes == 130);
  CHECK(run.outcome.live_bytes == 12);
  REQUIRE(run.outcome.losses.notes.size() == 1);
  CHECK(run.outcome.losses.notes[0].ends_with("release: 1 block, 100 bytes"));
  CHECK(run.outcome.losses.events == 1);
}

TEST_CASE("modules of the parent that the child never met are added", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.trace.add(0, trace::Module{2, 0, 0x7000, 0x9000, 0x7000, 0, "id", "/lib/plugin.so"});
  trace::Stack stack{};
  stack.first_id = 90;
  stack.count = 1;
  stack.frames[0] = {2, 0x123, false};
  parent.trace.add(0, stack);
  parent.malloc(0, 0x1000, 100, 90);
  begin_child(child, parent, folder.path("parent.bin"), 9);
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  const replay::Image& image = run.recording.images.at(0);
  REQUIRE(image.modules.size() == 2);
  CHECK(image.modules[1].path == "/lib/plugin.so");
  const replay::Node& node = image.stacks.node(run.blocks.at(0).owner);
  CHECK(node.module == ModuleId{std::size_t{1}});
  CHECK(node.offset == 0x123);
}

TEST_CASE("a grandchild inherits through its parent", "[fork]") {
  const ScratchFolder folder;
  Script parent, child, grandchild;
  parent.malloc(0, 0x1000, 100, parent.a);
  begin_child(child, parent, folder.path("parent.bin"), 9);
  child.malloc(0, 0x2000, 20, child.b);
  begin_child(grandchild, child, folder.path("child.bin"), 10);
  child.free(0, 0x1000, child.b);
  grandchild.free(0, 0x2000, grandchild.c);
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  grandchild.trace.write(folder.path("grandchild.bin"));
  Child run(folder.path("grandchild.bin"));
  CHECK(run.outcome.inherited_bytes == 120);
  CHECK(run.outcome.live_bytes == 100);
  CHECK(run.live_by_leaf() == Bytes{{0x1a, 100}});
  CHECK(run.outcome.losses.complete);
}

TEST_CASE("the parent's trace may have moved along, or be called .old by now", "[fork]") {
  const char* name = GENERATE("parent.bin", "parent.bin.old");
  const ScratchFolder folder;
  Script parent, child;
  parent.malloc(0, 0x1000, 100, parent.a);
  begin_child(child, parent, "/nowhere/at/all/parent.bin", 9);
  parent.trace.write(folder.path(name));
  child.trace.write(folder.path("child.bin"));
  CHECK(Child(folder.path("child.bin")).outcome.inherited_bytes == 100);
}

TEST_CASE("a missing parent, or another trace in its place, is told", "[fork]") {
  const bool replaced = GENERATE(false, true);
  const ScratchFolder folder;
  Script parent, child;
  parent.malloc(0, 0x1000, 100, parent.a);
  begin_child(child, parent, folder.path("parent.bin"), 9);
  child.malloc(0, 0x5000, 11, child.c);
  if (replaced) {
    parent.trace.header().trace_id.fill(77);
    parent.trace.write(folder.path("parent.bin"));
  }
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  CHECK(run.outcome.inherited_bytes == 0);
  CHECK(run.outcome.live_bytes == 11);
  CHECK_FALSE(run.outcome.losses.complete);
  CHECK(run.outcome.losses.notes.size() == 1);
  CHECK(run.outcome.losses.damaged_places == 0);
}

TEST_CASE("a child knows what its parent could not record", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.malloc(0, 0x1000, 100, parent.a);
  parent.malloc(0, 0x1000, 100, parent.a);  // its free is missing
  parent.free(0, 0x7000, parent.a);         // its malloc is missing
  begin_child(child, parent, folder.path("parent.bin"), 9);
  child.malloc(0, 0x5000, 11, child.c);
  parent.trace.header().lost_events[0] = 5;
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  const replay::Losses& losses = run.outcome.losses;
  CHECK_FALSE(losses.complete);
  CHECK(losses.notes.size() == 3);
  for (const std::string& note : losses.notes) CHECK(note.starts_with("parent's trace: "));
  CHECK(losses.notes.at(0).find("at most 5 events") != std::string::npos);
  CHECK(losses.events == 0);  // none of them the child's
  CHECK(losses.unknown_frees == 0);
}

TEST_CASE("what a parent acquired in a pause its child may free", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.trace.add(0, trace::Recording{++parent.time, 0});
  parent.trace.add(0, trace::Recording{++parent.time, 1});
  parent.malloc(0, 0x1000, 100, parent.a);
  begin_child(child, parent, folder.path("parent.bin"), 9);
  child.free(0, 0x2000, child.c);
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  CHECK(run.outcome.losses.complete);
  CHECK(run.outcome.losses.unknown_frees == 1);
}

TEST_CASE("damage of a parent's trace is told as the parent's", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.malloc(0, 0x1000, 100, parent.a);
  parent.trace.seal(0);
  parent.malloc(0, 0x2000, 100, parent.a);
  begin_child(child, parent, folder.path("parent.bin"), 9);
  child.malloc(0, 0x5000, 11, child.c);
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  std::fstream file(folder.path("parent.bin"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(trace::kHeaderBytes + 100);
  file.write("damaged", 7);
  file.close();
  Child run(folder.path("child.bin"));
  CHECK(run.outcome.losses.damaged_places == 0);
  CHECK(run.outcome.losses.parents_damaged_places > 0);
  CHECK_FALSE(run.outcome.losses.complete);
}

TEST_CASE("a trace that names itself as its parent is read to an end", "[fork]") {
  const ScratchFolder folder;
  Script child;
  begin_child(child, child, folder.path("child.bin"), 9);
  child.malloc(0, 0x5000, 11, child.c);
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  CHECK(run.outcome.live_bytes >= 11);
  CHECK_FALSE(run.outcome.losses.complete);
}

TEST_CASE("mappings and pools are inherited, too", "[fork]") {
  const ScratchFolder folder;
  Script parent, child;
  parent.trace.add(0, trace::Map{1, 0x7f0000000000, 8192, 3, 0x22, trace::MapKind::kPrivateAnonymous, parent.a});
  parent.trace.add(0, trace::PoolBacking{2, 1, 0x7f0000000000, 4096, parent.a});
  parent.trace.add(0, trace::PoolAcquire{3, 1, 0x7f0000000000, 64, parent.b});
  begin_child(child, parent, folder.path("parent.bin"), 9);
  child.trace.add(0, trace::PoolDestroy{10, 1, child.c});
  child.trace.add(0, trace::Unmap{11, 0x7f0000000000, 8192, child.c});
  parent.trace.write(folder.path("parent.bin"));
  child.trace.write(folder.path("child.bin"));
  Child run(folder.path("child.bin"));
  CHECK(run.outcome.inherited_bytes == 4096 + 64);
  CHECK(run.outcome.inherited_blocks == 1);
  CHECK(run.seen.changes.at(0).change.frees == 1);
  CHECK(run.seen.changes.at(0).change.acquired_bytes == 4096);
  CHECK(run.outcome.live_bytes == 0);
}

}  // namespace
}  // namespace memline
