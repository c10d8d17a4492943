// What a walk costs at several depths, beside the same program without walks and with libunwind's.
// Each descent takes one of 256 paths (two call sites a level) and makes 16 events at the leaf, from three call sites.
#include <benchmark/benchmark.h>
#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>

#include "unwinder/unwinder.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

using namespace memline::capture;

namespace {

Unwinder* g_unwinder = nullptr;
StackBounds g_bounds{0, 0};
bool g_reference = false;
void* g_buffer[1024];
std::uint64_t g_fresh = 0;
std::uint64_t g_depth = 0;
std::uint64_t g_events = 0;

StackBounds own_stack_bounds() {
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {0, 0};
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_destroy(&attributes);
  const auto begin = reinterpret_cast<std::uint64_t>(low);
  return {begin, begin + bytes};
}

[[gnu::noinline]] void* hook(std::size_t size) {
  if (g_unwinder != nullptr) {
    const StartRegisters start{reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),
                               reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) + 16,
                               *static_cast<const std::uint64_t*>(__builtin_frame_address(0))};
    const Unwinder::Walk walk = g_unwinder->walk(start, g_bounds);
    g_fresh += walk.fresh;
    g_depth = walk.depth;
  }
  if (g_reference) unw_backtrace(g_buffer, 1024);
  ++g_events;
  __asm__ volatile("" : : "r"(size) : "memory");
  return nullptr;
}

[[gnu::noinline]] void* site_a(std::size_t size) {
  void* const result = hook(size);
  __asm__ volatile("");
  return result;
}
[[gnu::noinline]] void* site_b(std::size_t size) {
  void* const result = hook(size);
  __asm__ volatile("");
  return result;
}
[[gnu::noinline]] void release(void*) {
  hook(0);
  __asm__ volatile("");
}

[[gnu::noinline]] void leaf() {
  for (int i = 0; i < 8; ++i) {
    release((i & 1) != 0 ? site_a(10) : site_b(20));
    __asm__ volatile("");
  }
}

template <int kLevel>
[[gnu::noinline]] void level(std::uint32_t path) {
  if constexpr (kLevel <= 1) {
    leaf();
  } else {
    const std::uint32_t next = (path >> 1) | (path << 7 & 0x80);
    if ((path & 1) != 0) {
      level<kLevel - 1>(next);
      __asm__ volatile("nop");
    } else {
      level<kLevel - 1>(next);
      __asm__ volatile("");
    }
  }
  __asm__ volatile("" : : : "memory");
}

/// What a descent does per event: `walker` null and no reference is the program alone, to be subtracted by the reader.
void descents(benchmark::State& state, Unwinder* walker, bool reference, bool known_stack) {
  void (*const run)(std::uint32_t) = state.range(0) <= 4 ? level<4> : state.range(0) <= 16 ? level<16> : level<64>;
  g_unwinder = walker;
  g_reference = reference;
  g_bounds = known_stack ? own_stack_bounds() : StackBounds{0, 0};
  g_events = g_fresh = 0;
  std::uint64_t random = 88172645463325252;
  for (auto _ : state) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    run(random & 0xFF);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(g_events));
  if (walker != nullptr) {
    state.counters["depth"] = static_cast<double>(g_depth);
    state.counters["fresh"] = static_cast<double>(g_fresh) / static_cast<double>(g_events);
  }
}

Unwinder* unwinder() {
  static Unwinder* const made = [] {
    void* const memory =
        mmap(nullptr, Unwinder::bytes_needed(1024), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : Unwinder::create(memory, 1024);
  }();
  return made;
}

void unwinder_no_walk(benchmark::State& state) {
  descents(state, nullptr, false, true);
}
void unwinder_walk(benchmark::State& state) {
  descents(state, unwinder(), false, true);
}
void unwinder_walk_unknown_stack(benchmark::State& state) {
  descents(state, unwinder(), false, false);
}
void unwinder_libunwind(benchmark::State& state) {
  descents(state, nullptr, true, true);
}

BENCHMARK(unwinder_no_walk)->Arg(4)->Arg(16)->Arg(64);
BENCHMARK(unwinder_walk)->Arg(4)->Arg(16)->Arg(64);
BENCHMARK(unwinder_walk_unknown_stack)->Arg(4)->Arg(16)->Arg(64);
BENCHMARK(unwinder_libunwind)->Arg(4)->Arg(16)->Arg(64);

}  // namespace
