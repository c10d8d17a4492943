// What encoding and decoding an event costs.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "memline/trace_format.h"

namespace {

using namespace memline::trace;

/// Pairs of an acquisition and a release as a program makes them: near times, addresses of one heap, some stacks.
struct Events {
  static constexpr std::size_t kPairs = 1024;
  std::array<Acquire, kPairs> acquired{};
  std::array<Release, kPairs> released{};

  Events() {
    std::uint64_t random = 88172645463325252, time = 1000;
    for (std::size_t i = 0; i < kPairs; ++i) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      const std::uint64_t address = 0x555500000000 + (random & 0xfffff) * 16;
      const auto stack = static_cast<std::uint32_t>(1 + random % 1000);
      acquired[i] = {time += random % 200, address, random % 500, stack, Origin::kMalloc};
      released[i] = {time += random % 300, address, stack + 1};
    }
  }
};

std::size_t encode_all(const Events& events, std::vector<std::byte>& bytes) {
  DeltaState state;
  std::byte* position = bytes.data();
  std::byte* const end = bytes.data() + bytes.size();
  for (std::size_t i = 0; i < Events::kPairs; ++i) {
    encode(position, end, state, events.acquired[i]);
    encode(position, end, state, events.released[i]);
  }
  return static_cast<std::size_t>(position - bytes.data());
}

void codec_encode(benchmark::State& state) {
  const Events events;
  std::vector<std::byte> bytes(Events::kPairs * 64);
  std::size_t used = 0;
  for (auto _ : state) {
    used = encode_all(events, bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(2 * Events::kPairs));
  state.counters["bytes/event"] = static_cast<double>(used) / (2 * Events::kPairs);
}

void codec_decode(benchmark::State& state) {
  const Events events;
  std::vector<std::byte> bytes(Events::kPairs * 64);
  bytes.resize(encode_all(events, bytes));
  for (auto _ : state) {
    DeltaState deltas;
    std::uint64_t sum = 0;
    for (const std::byte* at = bytes.data(); at != bytes.data() + bytes.size();) {
      Decoder decoder({at + 1, bytes.data() + bytes.size()});
      if (static_cast<RecordType>(*at) == RecordType::kAcquire) {
        Acquire record;
        Acquire::fields(decoder, deltas, record);
        sum += record.size_bytes;
      } else {
        Release record;
        Release::fields(decoder, deltas, record);
        sum += record.address;
      }
      if (!decoder.ok()) {
        state.SkipWithError("a record that was encoded does not decode");
        return;
      }
      at = decoder.position();
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(2 * Events::kPairs));
}

BENCHMARK(codec_encode);
BENCHMARK(codec_decode);

}  // namespace
