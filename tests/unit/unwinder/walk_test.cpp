// What a walk says of depth, fresh frames, limits and hashes, on recursion whose frames are known.
#include <map>
#include <vector>

#include "probe.h"
#include "support/catch.h"

using namespace memline::capture;
using namespace memline::capture::test;

namespace {

/// Calls itself `levels` times, then walks `times` times from one call site.
[[gnu::noinline]] void recurse(Probe& probe, int levels, int times, std::vector<Unwinder::Walk>& walks) {
  if (levels > 0) {
    recurse(probe, levels - 1, times, walks);
  } else {
    for (int i = 0; i < times; ++i) walks.push_back(probe.walk());
  }
  __asm__ volatile("");
}

std::vector<Unwinder::Walk> walks_at(Probe& probe, int levels, int times = 1) {
  std::vector<Unwinder::Walk> walks;
  recurse(probe, levels, times, walks);
  return walks;
}

[[gnu::noinline]] void two_sites(Probe& probe, std::vector<Unwinder::Walk>& walks) {
  walks.push_back(probe.walk());
  walks.push_back(probe.walk());
  __asm__ volatile("");
}

[[gnu::noinline]] void one_site(Probe& probe) {
  probe.walk();
  __asm__ volatile("");
}

[[gnu::noinline]] void three_sites(Probe& probe) {
  one_site(probe);
  __asm__ volatile("");
  one_site(probe);
  __asm__ volatile("");
  probe.walk();
  __asm__ volatile("");
}

}  // namespace

TEST_CASE("each level of recursion is one frame") {
  Probe probe;
  const std::uint32_t base = walks_at(probe, 0).back().depth;
  for (const int levels : {1, 2, 7, 50, 200}) CHECK(walks_at(probe, levels).back().depth == base + levels);
  CHECK(probe.last.end == StackEnd::kRoot);
  CHECK(probe.bad_nodes == 0);
}

TEST_CASE("a second event at the same place has no fresh frame, one from the next line has one") {
  Probe probe;
  const std::vector<Unwinder::Walk> walks = walks_at(probe, 5, 3);
  CHECK(walks[0].fresh == walks[0].depth);
  CHECK(walks[1].fresh == 0);
  CHECK(walks[2].fresh == 0);
  std::vector<Unwinder::Walk> sites;
  two_sites(probe, sites);
  CHECK(sites[1].fresh == 1);
  CHECK(sites[1].depth == sites[0].depth);
  CHECK(probe.bad_nodes == 0);
}

TEST_CASE("where a few places make events in turn, their stacks are known again") {
  Probe probe;
  for (int round = 0; round < 1000; ++round) three_sites(probe);
  CHECK(probe.events == 3000);
  // Each place twice until it is learnt, and again while it is found out which frames last.
  CHECK(probe.known > 2900);
  CHECK(probe.differences == 0);
}

TEST_CASE("where hardly a place comes back, none is looked for until 8192 events later") {
  Probe probe;
  for (int levels = 0; levels < 300; ++levels) walks_at(probe, levels);
  CHECK(probe.known == 0);
  for (int round = 0; round < 5000; ++round) three_sites(probe);
  CHECK(probe.known > 15000 - 8192 - 100);
  CHECK(probe.known < 15000 - 8192 + 300);
  CHECK(probe.differences == 0);
}

TEST_CASE("a stack is not known after it was forgotten, until it comes back") {
  Probe probe;
  for (int round = 0; round < 10; ++round) three_sites(probe);
  CHECK(probe.known > 0);
  probe.invalidate();
  const std::uint64_t before = probe.known;
  three_sites(probe);
  CHECK(probe.known == before);
  for (int round = 0; round < 10; ++round) three_sites(probe);
  CHECK(probe.known > before);
  CHECK(probe.differences == 0);
}

TEST_CASE("forgotten stacks are fresh again") {
  Probe probe;
  walks_at(probe, 5);
  const std::vector<std::uint64_t> before = probe.pcs();
  for (const bool rows_too : {false, true}) {
    if (rows_too) {
      probe.unwinder().invalidate();
    } else {
      probe.unwinder().forget_stack();
    }
    CHECK(probe.unwinder().depth() == 0);
    const std::vector<Unwinder::Walk> again = walks_at(probe, 5, 2);
    CHECK(again[0].fresh == again[0].depth);
    CHECK(again[1].fresh == 0);
    CHECK(again[0].depth == before.size());
  }
  CHECK(probe.bad_nodes == 0);
}

TEST_CASE("more frames than the limit: the innermost are given, and the stack says so") {
  Probe whole(512);
  Probe cut(16);
  struct Both {
    Probe& whole;
    Probe& cut;
    int differing = 0;
    [[gnu::noinline]] void go(int levels) {
      if (levels > 0) {
        go(levels - 1);
        __asm__ volatile("");
        return;
      }
      for (int i = 0; i < 2; ++i) {
        const Unwinder::Walk walk = cut.walk();
        whole.walk();
        const std::vector<std::uint64_t> few = cut.pcs();
        const std::vector<std::uint64_t> all = whole.pcs();
        if (walk.depth != 16 || walk.end != StackEnd::kDepthLimit) ++differing;
        // The innermost frame stands at the other call; all others are the same.
        for (std::size_t k = 1; k < 16; ++k) differing += few[k] != all[k];
        if (i == 1 && walk.fresh != 0) ++differing;
      }
    }
  } both{whole, cut};
  for (const int levels : {20, 40, 20, 21, 100}) both.go(levels);
  CHECK(both.differing == 0);
  CHECK(cut.bad_nodes == 0);
  CHECK(walks_at(cut, 0).back().depth <= 16);
  CHECK(cut.bad_nodes == 0);
}

TEST_CASE("a limit of one frame gives the caller") {
  Probe probe(1);
  const std::vector<Unwinder::Walk> walks = walks_at(probe, 3, 2);
  CHECK(walks[0].depth == 1);
  CHECK(walks[0].end == StackEnd::kDepthLimit);
  CHECK(walks[1].fresh == 0);
}

TEST_CASE("hashes tell stacks apart") {
  Probe probe;
  std::map<std::uint64_t, std::vector<std::uint64_t>> seen;
  int collisions = 0;
  for (int levels = 0; levels < 60; ++levels) {
    walks_at(probe, levels);
    std::vector<std::uint64_t> prefix;
    for (std::uint32_t i = 0; i < probe.last.depth; ++i) {
      prefix.push_back(probe.unwinder().pc(i));
      const auto [place, inserted] = seen.emplace(probe.unwinder().frame(i).hash, prefix);
      if (!inserted && place->second != prefix) ++collisions;
    }
  }
  CHECK(collisions == 0);
  CHECK(seen.size() > 60);
}

TEST_CASE("frames of another unwinder are kept where they are the same from the root") {
  Probe probe;
  Unwinder& unwinder = probe.unwinder();
  const void* const first[] = {reinterpret_cast<void*>(0x30), reinterpret_cast<void*>(0x20),
                               reinterpret_cast<void*>(0x10)};
  const void* const second[] = {reinterpret_cast<void*>(0x50), reinterpret_cast<void*>(0x40),
                                reinterpret_cast<void*>(0x20), reinterpret_cast<void*>(0x10)};
  Unwinder::Walk walk = unwinder.adopt(first, 3, StackEnd::kRoot);
  CHECK(walk.depth == 3);
  CHECK(walk.fresh == 3);
  CHECK(unwinder.pc(0) == 0x10);
  CHECK(unwinder.pc(2) == 0x30);
  unwinder.frame(1).node = 77;
  walk = unwinder.adopt(second, 4, StackEnd::kRoot);
  CHECK(walk.depth == 4);
  CHECK(walk.fresh == 2);
  CHECK(unwinder.frame(1).node == 77);
  CHECK(unwinder.frame(2).node == 0);
  CHECK(unwinder.pc(3) == 0x50);
  walk = unwinder.adopt(second, 4, StackEnd::kNoUnwindInfo);  // another end is another stack
  CHECK(walk.fresh == 4);
}
