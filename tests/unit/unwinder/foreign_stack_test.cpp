// Stacks that are not the thread's own: coroutines, stacks that are gone by the next walk, and hand-made ones.
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "probe.h"
#include "support/catch.h"

using namespace memline::capture;
using namespace memline::capture::test;

extern "C" std::uint64_t shapes_o2(std::uint64_t seed, int depth_limit, long budget);

namespace {

class Mapping {
 public:
  explicit Mapping(std::size_t bytes)
      : bytes_(bytes),
        data_(static_cast<char*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
  ~Mapping() { munmap(data_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  char* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_;
  char* data_;
};

ucontext_t g_main_context;
ucontext_t g_coroutine_context;

[[gnu::noinline]] void yield_at(int levels) {
  if (levels > 0) {
    yield_at(levels - 1);
  } else {
    current_probe->event();
    swapcontext(&g_coroutine_context, &g_main_context);
    current_probe->event();
  }
  __asm__ volatile("");
}

void coroutine() {
  for (int i = 0;; i = (i + 1) % 40) yield_at(i);
}

void start_coroutine(const Mapping& stack) {
  getcontext(&g_coroutine_context);
  g_coroutine_context.uc_stack.ss_sp = stack.data();
  g_coroutine_context.uc_stack.ss_size = stack.bytes();
  g_coroutine_context.uc_link = nullptr;
  makecontext(&g_coroutine_context, coroutine, 0);
}

[[gnu::noinline]] void resume_at(int levels) {
  if (levels > 0) {
    resume_at(levels - 1);
  } else {
    current_probe->event();
    swapcontext(&g_main_context, &g_coroutine_context);
    current_probe->event();
  }
  __asm__ volatile("");
}

}  // namespace

TEST_CASE("coroutines on stacks that are unmapped and mapped again") {
  Probe probe;
  current_probe = &probe;
  for (int round = 0; round < 50; ++round) {
    const Mapping stack(64 * 1024);
    start_coroutine(stack);
    for (int i = 0; i < 40; ++i) resume_at((i * 7 + round) % 30);
  }
  probe.event();
  current_probe = nullptr;
  INFO(probe.first_difference);
  CHECK(probe.events == 50 * (40 * 4 - 1) + 1);
  CHECK(probe.differences == 0);
  CHECK(probe.bad_nodes == 0);
}

TEST_CASE("threads walk each with an unwinder of its own") {
  std::vector<std::thread> threads;
  std::vector<std::uint64_t> differing(3, 1);
  for (std::size_t i = 0; i < differing.size(); ++i) {
    threads.emplace_back([i, &differing] {
      Probe probe;
      current_probe = &probe;
      shapes_o2(100 + i, 25, 20000);
      current_probe = nullptr;
      differing[i] = probe.differences + probe.bad_nodes + (probe.events < 1000) + (probe.last.end != StackEnd::kRoot);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(differing == std::vector<std::uint64_t>(3, 0));
}

// Runs `function` with rsp moved to `top`, which has no unwind information that would tell.
extern "C" void unwinder_pivot(std::uint64_t* top, void (*function)());
__asm__(
    ".text\n.globl unwinder_pivot\n.type unwinder_pivot,@function\nunwinder_pivot:\n"
    "push %rbp\npush %rbx\nmov %rsp,%rbx\nmov %rdi,%rsp\nmov $0x7ffffffff008,%rbp\n"
    "call *%rsi\nmov %rbx,%rsp\npop %rbx\npop %rbp\nret\n.size unwinder_pivot,.-unwinder_pivot\n");

namespace {

int g_walks = 0;
Probe* g_pivot_probe = nullptr;

void walk_pivoted() {
  g_pivot_probe->walk();
  ++g_walks;
  __asm__ volatile("");
}

void pivot_over_garbage(Probe& probe) {
  constexpr std::size_t kBytes = 64 * 1024;
  const Mapping memory(kBytes + 4096);
  mprotect(memory.data() + kBytes, 4096, PROT_NONE);
  auto* const top = reinterpret_cast<std::uint64_t*>(memory.data() + kBytes);
  const std::uint64_t garbage[] = {reinterpret_cast<std::uint64_t>(&yield_at) + 5,
                                   reinterpret_cast<std::uint64_t>(&mmap) + 3,
                                   0x4141414141414141,
                                   reinterpret_cast<std::uint64_t>(memory.data()) - 8,
                                   reinterpret_cast<std::uint64_t>(top),
                                   ~std::uint64_t{0},
                                   1};
  g_pivot_probe = &probe;
  g_walks = 0;
  for (int i = 0; i < 700; ++i) {
    const int words = 2 + i % 30 * 2;
    for (int k = 1; k <= words; ++k) top[-k] = garbage[(i + k) % 7];
    unwinder_pivot(top - words, walk_pivoted);
  }
}

}  // namespace

TEST_CASE("garbage that ends right before an unmapped page") {
  for (const bool knows_stack : {true, false}) {
    Probe probe(512, knows_stack);
    pivot_over_garbage(probe);
    CHECK(g_walks == 700);
    CHECK(probe.bad_nodes == 0);
  }
}

TEST_CASE("garbage without system calls") {
  Probe probe;
  probe.unwinder().allow_system_calls(false);
  pivot_over_garbage(probe);
  CHECK(g_walks == 700);
}

TEST_CASE("bad start registers end cleanly") {
  Probe probe;
  const auto code = reinterpret_cast<std::uint64_t>(&yield_at) + 20;
  const std::uint64_t here = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  const std::uint64_t values[] = {0,
                                  1,
                                  8,
                                  4096,
                                  here,
                                  here + 1,
                                  here + 4096,
                                  ~std::uint64_t{0},
                                  ~std::uint64_t{7},
                                  std::uint64_t{1} << 47,
                                  std::uint64_t{1} << 63,
                                  0xffffffffff600000,
                                  code};
  int walks = 0;
  for (const StackBounds bounds : {own_stack_bounds(), StackBounds{0, 0}}) {
    // A hook has run right below sp, so that much is real; all else may be anything.
    for (const std::uint64_t sp : {here, here + 1, here + 8, here + 4096, bounds.hi == 0 ? here : bounds.hi}) {
      for (const std::uint64_t pc : values) {
        for (const std::uint64_t bp : values) {
          walks += probe.unwinder().walk(StartRegisters{pc, sp, bp}, bounds).depth >= 1;
        }
      }
    }
  }
  CHECK(walks == 2 * 5 * 13 * 13);
}

namespace {

std::vector<Unwinder::Walk> g_deep_walks;

/// Frames of 512 bytes and more each; the innermost eight walk.
[[gnu::noinline]] void go_deep(int levels) {
  char pad[512];
  __asm__ volatile("" : : "r"(pad) : "memory");  // all of it is used, whatever the compiler thinks
  if (levels > 0) go_deep(levels - 1);
  if (levels < 8) g_deep_walks.push_back(current_probe->walk());
  __asm__ volatile("" : : "r"(pad) : "memory");
}

void start_deep() {
  go_deep(40);
}

}  // namespace

TEST_CASE("a coroutine's stack without system calls is walked to the end of its page and marked") {
  Probe probe(512, false);
  probe.unwinder().allow_system_calls(false);
  current_probe = &probe;
  const Mapping stack(64 * 1024);
  g_deep_walks.clear();
  getcontext(&g_coroutine_context);
  g_coroutine_context.uc_stack.ss_sp = stack.data();
  g_coroutine_context.uc_stack.ss_size = stack.bytes();
  g_coroutine_context.uc_link = &g_main_context;
  makecontext(&g_coroutine_context, start_deep, 0);
  swapcontext(&g_main_context, &g_coroutine_context);
  current_probe = nullptr;
  REQUIRE(g_deep_walks.size() == 8);
  std::uint32_t deepest = 0;
  for (const Unwinder::Walk& walk : g_deep_walks) {
    CHECK(walk.end == StackEnd::kBadMemory);
    CHECK(walk.depth <= 4096 / 512 + 1);  // to the end of the page at most
    deepest = std::max(deepest, walk.depth);
  }
  CHECK(deepest > 1);  // eight frames cannot all be the last of their page
}
