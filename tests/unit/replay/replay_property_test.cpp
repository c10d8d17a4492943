// Random events against a model that is too simple to be wrong: every byte of memory has an owner, or none.
#include <sys/mman.h>

#include <random>
#include <vector>

#include "replay_fixture.h"
#include "support/catch.h"

namespace memline {
namespace {

using Bytes = std::map<std::uint64_t, std::uint64_t>;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kBase = 0x7f0000000000;

/// What the heap and a field of pages must look like.
struct Model {
  struct Page {
    enum { kNone, kLive, kReserved, kFile } state = kNone;
    std::uint64_t owner = 0;
  };
  struct Block {
    std::uint64_t bytes = 0, owner = 0;
  };
  std::map<std::uint64_t, Block> heap;
  std::vector<Page> pages = std::vector<Page>(64);

  Bytes live_by_owner() const {
    Bytes live;
    for (const auto& [address, block] : heap) live[block.owner] += block.bytes;
    for (const Page& page : pages) {
      if (page.state == Page::kLive) live[page.owner] += kPage;
    }
    return live;
  }
  std::uint64_t live() const {
    std::uint64_t sum = 0;
    for (const auto& [owner, bytes] : live_by_owner()) sum += bytes;
    return sum;
  }
};

class RandomRun {
 public:
  explicit RandomRun(unsigned seed) : random_(seed) {}

  testing::Script script;
  Model model;
  std::uint64_t peak = 0;

  void step() {
    lane_ = static_cast<std::uint32_t>(below(2));
    const std::uint32_t stacks[2][2] = {{script.a, script.b}, {script.d, script.e}};
    const std::uint64_t leaves[2][2] = {{0x1a, 0x1b}, {0x2d, 0x2e}};
    const std::size_t choice = below(2);
    stack_ = stacks[lane_][choice];
    leaf_ = leaves[lane_][choice];
    switch (below(9)) {
      case 0:
      case 1:
        return acquire();
      case 2:
        return release();
      case 3:
        return move();
      case 4:
        return map();
      case 5:
        return unmap();
      case 6:
        return protect();
      case 7:
        return remap();
      default:
        return failures();
    }
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::uint64_t free_address() {
    for (;;) {
      const std::uint64_t address = 0x10000 + below(200) * 0x1000;
      if (model.heap.count(address) == 0) return address;
    }
  }
  std::uint64_t used_address() {
    auto it = model.heap.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(below(model.heap.size())));
    return it->first;
  }
  void note_peak() { peak = std::max(peak, model.live()); }

  void acquire() {
    if (model.heap.size() > 150) return;
    const std::uint64_t address = free_address(), bytes = below(4000);
    script.malloc(lane_, address, bytes, stack_);
    model.heap[address] = {bytes, leaf_};
    note_peak();
  }
  void release() {
    if (model.heap.empty()) return;
    const std::uint64_t address = used_address();
    script.free(lane_, address, stack_);
    model.heap.erase(address);
  }
  void move() {
    if (model.heap.empty()) return;
    const std::uint64_t old_address = used_address(), bytes = below(4000);
    const std::uint64_t address = below(2) == 0 ? old_address : free_address();
    script.realloc(lane_, old_address, address, bytes, stack_);
    model.heap.erase(old_address);
    model.heap[address] = {bytes, leaf_};
    note_peak();
  }

  struct Range {
    std::uint64_t first, count;
    std::uint64_t address() const { return kBase + first * kPage; }
    std::uint64_t bytes() const { return count * kPage; }
  };
  Range range() {
    const std::uint64_t first = below(60);
    return {first, 1 + below(64 - first)};
  }
  void map() {
    const Range r = range();
    const int kind = static_cast<int>(below(3));
    script.trace.add(lane_,
                     trace::Map{++script.time, r.address(), r.bytes(),
                                kind == 1 ? PROT_NONE : static_cast<std::uint32_t>(PROT_READ), MAP_PRIVATE | MAP_FIXED,
                                kind == 2 ? trace::MapKind::kPrivateFile : trace::MapKind::kPrivateAnonymous, stack_});
    for (std::uint64_t i = 0; i < r.count; ++i) {
      auto& page = model.pages[r.first + i];
      page.state = kind == 0 ? Model::Page::kLive : kind == 1 ? Model::Page::kReserved : Model::Page::kFile;
      page.owner = leaf_;
    }
    note_peak();
  }
  void unmap() {
    const Range r = range();
    script.trace.add(lane_, trace::Unmap{++script.time, r.address(), r.bytes(), stack_});
    for (std::uint64_t i = 0; i < r.count; ++i) model.pages[r.first + i] = {};
  }
  void protect() {
    const Range r = range();
    script.trace.add(lane_, trace::Protect{++script.time, r.address(), r.bytes(), PROT_READ, stack_});
    for (std::uint64_t i = 0; i < r.count; ++i) {
      auto& page = model.pages[r.first + i];
      if (page.state == Model::Page::kReserved) page = {Model::Page::kLive, leaf_};
    }
    note_peak();
  }
  /// Moves one page onto another, as MREMAP_FIXED does.
  void remap() {
    const std::uint64_t from = below(64), to = below(64);
    if (from == to || model.pages[from].state == Model::Page::kNone) return;
    script.trace.add(lane_, trace::RemapBegin{++script.time, kBase + from * kPage, kPage});
    script.trace.add(lane_, trace::RemapEnd{++script.time, kBase + from * kPage, kPage, kBase + to * kPage, kPage,
                                            MREMAP_MAYMOVE | MREMAP_FIXED, stack_});
    model.pages[to] = {model.pages[from].state, leaf_};
    model.pages[from] = {};
    note_peak();
  }
  void failures() {
    const Range r = range();
    script.trace.add(lane_, trace::Unmap{++script.time, r.address(), r.bytes(), stack_});
    script.trace.add(lane_, trace::UnmapFailed{++script.time, r.address(), r.bytes()});
    script.trace.add(lane_, trace::RemapBegin{++script.time, r.address(), r.bytes()});
    script.trace.add(lane_, trace::RemapEnd{++script.time, r.address(), r.bytes(), 0, 1 << 20, 0, stack_});
    if (model.heap.empty()) return;
    const std::uint64_t address = used_address();
    script.move_begin(lane_, address);
    script.move_end(lane_, address, 0, 1 << 20, stack_);
  }

  std::mt19937 random_;
  std::uint32_t lane_ = 0, stack_ = 0;
  std::uint64_t leaf_ = 0;
};

TEST_CASE("random events leave what a naive model says, and nothing is lost on the way", "[replay][property]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomRun run(seed);
    for (int i = 0; i < 600; ++i) run.step();
    const replay::Outcome outcome = run.script.run();
    Bytes live = run.script.live_by_leaf();
    std::erase_if(live, [](const auto& entry) { return entry.second == 0; });
    Bytes expected = run.model.live_by_owner();
    std::erase_if(expected, [](const auto& entry) { return entry.second == 0; });
    CHECK(live == expected);
    CHECK(outcome.live_bytes == static_cast<std::int64_t>(run.model.live()));
    CHECK(outcome.peak_live_bytes == static_cast<std::int64_t>(run.peak));
    CHECK(outcome.losses.complete);
    CHECK(run.script.net() == outcome.live_bytes);

    // The same from the changes alone: what each owner acquired minus what was released of it.
    std::map<std::uint64_t, std::int64_t> by_owner;
    std::int64_t running = 0;
    for (const auto& [change, released] : run.script.seen.changes) {
      by_owner[run.script.leaf(change.stack)] += static_cast<std::int64_t>(change.acquired_bytes);
      std::uint64_t shares = 0;
      for (const auto& share : released) {
        by_owner[run.script.leaf(share.owner)] -= static_cast<std::int64_t>(share.bytes);
        shares += share.bytes;
      }
      CHECK(shares == change.released_bytes);
      running += static_cast<std::int64_t>(change.acquired_bytes) - static_cast<std::int64_t>(change.released_bytes);
      CHECK(running == change.live_bytes);
    }
    for (const auto& [owner, bytes] : by_owner) CHECK(bytes == static_cast<std::int64_t>(expected[owner]));
  }
}

}  // namespace
}  // namespace memline
