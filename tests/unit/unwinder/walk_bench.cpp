// What a walk costs: nanoseconds above the same program without walks, at several depths. Not a test:
//     ninja unwinder_walk_bench && ./unwinder_walk_bench
// Each descent takes one of 256 paths (two call sites a level) and makes 16 events at the leaf, from three call sites.
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "probe.h"

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

/// Of this thread: the machine may be busy with others.
double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double nanoseconds_per_event(void (*run)(std::uint32_t), int descents) {
  std::uint64_t random = 88172645463325252;
  g_events = 0;
  const double begin = cpu_nanoseconds();
  for (int i = 0; i < descents; ++i) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    run(random & 0xFF);
  }
  return (cpu_nanoseconds() - begin) / static_cast<double>(g_events);
}

void measure(void (*run)(std::uint32_t), const char* name, Unwinder* unwinder) {
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int round = 0; round < 7; ++round) {
    g_unwinder = nullptr;
    g_reference = false;
    const double plain = nanoseconds_per_event(run, 10000);
    g_reference = true;
    theirs.push_back(nanoseconds_per_event(run, 5000) - plain);
    g_reference = false;
    g_unwinder = unwinder;
    g_fresh = 0;
    ours.push_back(nanoseconds_per_event(run, 20000) - plain);
  }
  std::sort(ours.begin(), ours.end());
  std::sort(theirs.begin(), theirs.end());
  std::printf("%-8s depth %3lu  fresh %.2f  %6.1f ns a walk (best %.1f); unw_backtrace %6.1f (best %.1f)\n", name,
              static_cast<unsigned long>(g_depth), static_cast<double>(g_fresh) / static_cast<double>(g_events),
              ours[ours.size() / 2], ours[0], theirs[theirs.size() / 2], theirs[0]);
}

}  // namespace

int main() {
  const std::size_t bytes = Unwinder::bytes_needed(1024);
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Unwinder* const unwinder = Unwinder::create(memory, 1024);
  for (const bool known : {true, false}) {
    g_bounds = known ? test::own_stack_bounds() : StackBounds{0, 0};
    std::printf(known ? "on a known stack\n" : "on an unknown stack\n");
    measure(level<4>, "churn 4", unwinder);
    measure(level<16>, "churn 16", unwinder);
    measure(level<64>, "churn 64", unwinder);
  }
  return 0;
}
