// Any bytes as a trace: scanned and replayed to an end, and what the replay tells agrees with itself.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include "packed_trace.h"
#include "replay/replay.h"
#include "replay/scan.h"

namespace {

using namespace memline;  // NOLINT(google-build-using-namespace): a program of one file

/// Checks what every observer relies on.
struct Checker : replay::Observer {
  Checker(const replay::Image& of, std::uint64_t inherited) : image(of), live(inherited) {}

  void on_change(const replay::Change& change) override {
    std::uint64_t released = 0;
    for (const replay::OwnerShare& share : change.released) {
      released += share.bytes;
      check_owner(share.owner, share.owner_thread);
    }
    if (released != change.released_bytes) std::abort();
    live += change.acquired_bytes - change.released_bytes;
    if (live != static_cast<std::uint64_t>(change.live_bytes)) std::abort();
    check_owner(change.stack, change.thread);
    ++changes;
  }
  void on_vanished(const replay::OwnerShare& share, std::int64_t live_bytes) override {
    live -= share.bytes;
    if (live != static_cast<std::uint64_t>(live_bytes)) std::abort();
  }
  void check_owner(NodeId owner, ThreadId thread) const {
    if (owner.index() >= image.stacks.size() || thread.index() >= image.threads.size()) std::abort();
    for (NodeId node = owner; image.stacks.is_frame(node); node = image.stacks.node(node).parent) {
      const ModuleId module = image.stacks.node(node).module;
      if (!module.none() && module.index() >= image.modules.size()) std::abort();
    }
  }

  const replay::Image& image;
  std::uint64_t live;
  std::uint64_t changes = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> input(reinterpret_cast<const std::byte*>(data), size);
  // A parent's trace is another file: nothing that a fuzzer should make up the name of.
  auto recording = replay::scan(trace::make_memory_source(fuzz::unpack_trace(input), "input"), false);
  if (!recording) return 0;
  for (std::size_t i = 0; i < recording->images.size(); ++i) {
    const replay::Image& image = recording->images[i];
    Checker checker(image, 0);
    std::uint64_t at_stop = 0;
    const auto outcome = replay::replay(*recording, i, {}, {}, &checker, [&](const replay::LiveBlock& block) {
      at_stop += block.bytes;
      checker.check_owner(block.owner, block.thread);
    });
    if (!outcome || outcome->events != checker.changes) std::abort();
    if (static_cast<std::uint64_t>(outcome->live_bytes) != checker.live || at_stop != checker.live) std::abort();
    const auto filtered = replay::replay(*recording, i, {.threads = {ThreadId{std::size_t{0}}}, .span = "s"},
                                         {.event = outcome->peak_event, .ticks = {}}, nullptr);
    if (!filtered || filtered->live_bytes != outcome->peak_live_bytes) std::abort();
  }
  return 0;
}
