// What reading a trace costs per event: the first pass, and the replay with one and with two threads, on heaps of some
// and of many blocks.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "replay/replayer.h"
#include "replay/scan.h"
#include "support/trace_builder.h"
#include "trace/byte_source.h"

namespace {

using namespace memline;

constexpr int kPairs = 500'000;

/// One lane; each event replaces a random block of `live` ones.
std::vector<std::byte> make_trace(std::uint64_t live) {
  testing::TraceBuilder trace;
  trace.begin_image();
  std::vector<std::uint32_t> stacks;
  for (std::uint64_t leaf = 0; leaf < 500; ++leaf) stacks.push_back(trace.stack(0, {0x10, 0x20, 0x1000 + leaf}));
  std::uint64_t random = 88172645463325252, time = 1;
  const auto next = [&random] {
    random ^= random << 13;
    random ^= random >> 7;
    return random ^= random << 17;
  };
  std::vector<bool> used(live);
  for (int i = 0; i < kPairs; ++i) {
    const std::uint64_t slot = next() % live;
    const std::uint64_t address = 0x555500000000 + slot * 96;
    if (used[slot]) trace.add(0, trace::Release{time += 90, address, stacks[next() % stacks.size()]});
    trace.add(
        0, trace::Acquire{time += 110, address, next() % 90, stacks[next() % stacks.size()], trace::Origin::kMalloc});
    used[slot] = true;
  }
  return trace.bytes();
}

const replay::Recording& recording_of(std::uint64_t live) {
  static std::vector<std::pair<std::uint64_t, std::unique_ptr<replay::Recording>>> known;
  for (const auto& [blocks, recording] : known) {
    if (blocks == live) return *recording;
  }
  auto scanned = replay::scan(trace::make_memory_source(make_trace(live), "bench"));
  known.emplace_back(live, std::make_unique<replay::Recording>(std::move(scanned).value()));
  return *known.back().second;
}

void replay_scan(benchmark::State& state) {
  const std::vector<std::byte> bytes = make_trace(1000);
  std::uint64_t events = 0;
  for (auto _ : state) {
    const auto recording = replay::scan(trace::make_memory_source(bytes, "bench"));
    events += recording->images[0].events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void replay_events(benchmark::State& state) {
  const replay::Recording& recording = recording_of(static_cast<std::uint64_t>(state.range(0)));
  const auto threads = state.range(1) == 1 ? replay::Replayer::Threads::kOne : replay::Replayer::Threads::kTwo;
  std::uint64_t events = 0;
  for (auto _ : state) {
    replay::Replayer replayer(*recording.file, recording.images[0], nullptr, {}, {}, nullptr, threads);
    events += replayer.run().events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

BENCHMARK(replay_scan)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_events)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->ArgNames({"live", "threads"})
    ->ArgsProduct({{1000, 100'000}, {1, 2}});

}  // namespace
