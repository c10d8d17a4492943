// Stacks through signal frames: the interrupted frame is exact, and the walk goes on outwards.
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdint>
#include <cstring>

#include "probe.h"
#include "support/catch.h"

using namespace memline::capture;
using namespace memline::capture::test;

// The fault is at victim_leaf's first instruction, right behind another function: one byte less is the wrong name.
extern "C" int unwinder_victim_leaf(const int* address);
__asm__(
    ".text\n"
    ".globl unwinder_wrong_name\n.type unwinder_wrong_name,@function\nunwinder_wrong_name:\n"
    ".cfi_startproc\nxor %eax,%eax\nret\n.cfi_endproc\n.size unwinder_wrong_name,.-unwinder_wrong_name\n"
    ".globl unwinder_victim_leaf\n.type unwinder_victim_leaf,@function\nunwinder_victim_leaf:\n"
    ".cfi_startproc\nmov (%rdi),%eax\nret\n.cfi_endproc\n.size unwinder_victim_leaf,.-unwinder_victim_leaf\n");

namespace {

int g_exact_leaf = 0;
int g_nested = 0;

void on_fault(int, siginfo_t*, void* context) {
  current_probe->event();
  Unwinder& unwinder = current_probe->unwinder();
  for (std::uint32_t i = 0; i < unwinder.depth(); ++i) {
    const bool in_leaf = unwinder.pc(i) == reinterpret_cast<std::uint64_t>(&unwinder_victim_leaf);
    if (unwinder.frame(i).exact != 0 && in_leaf) ++g_exact_leaf;
  }
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] += 2;  // behind the load
}

void on_user(int, siginfo_t*, void*) {
  current_probe->event();
  if (++g_nested % 2 != 0) raise(SIGUSR2);
  current_probe->event();
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*), int flags) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  sigaction(signal, &action, nullptr);
}

[[gnu::noinline]] void fault(int levels) {
  if (levels > 0) {
    fault(levels - 1);
  } else {
    unwinder_victim_leaf(reinterpret_cast<const int*>(8));
  }
  __asm__ volatile("");
}

void run(bool knows_stack) {
  Probe probe(512, knows_stack);
  current_probe = &probe;
  g_exact_leaf = 0;
  for (int i = 0; i < 20; ++i) fault(i % 4);
  probe.event();
  current_probe = nullptr;
  INFO(probe.first_difference);
  CHECK(g_exact_leaf == 20);
  CHECK(probe.events == 21);
  CHECK(probe.differences == 0);
  CHECK(probe.bad_nodes == 0);
  CHECK(probe.last.end == StackEnd::kRoot);
}

/// An alternate stack at `memory`.
class AlternateStack {
 public:
  AlternateStack(void* memory, std::size_t bytes) {
    stack_t stack{};
    stack.ss_sp = memory;
    stack.ss_size = bytes;
    sigaltstack(&stack, &old_);
  }
  ~AlternateStack() {
    if ((old_.ss_flags & SS_DISABLE) != 0 || old_.ss_sp == nullptr) old_.ss_flags = SS_DISABLE;
    sigaltstack(&old_, nullptr);
  }
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  stack_t old_{};
};

/// The test framework has its own handlers; they are put back.
class Handlers {
 public:
  Handlers() {
    sigaction(SIGSEGV, nullptr, &segv_);
    sigaction(SIGUSR2, nullptr, &usr2_);
  }
  ~Handlers() {
    sigaction(SIGSEGV, &segv_, nullptr);
    sigaction(SIGUSR2, &usr2_, nullptr);
  }
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;

 private:
  struct sigaction segv_ {};
  struct sigaction usr2_ {};
};

}  // namespace

TEST_CASE("a handler on the interrupted stack") {
  const Handlers handlers;
  handle(SIGSEGV, on_fault, 0);
  run(true);
  run(false);
}

TEST_CASE("a handler on an alternate stack below the interrupted one") {
  const Handlers handlers;
  static char memory[64 * 1024];
  REQUIRE(reinterpret_cast<std::uint64_t>(memory) < reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)));
  const AlternateStack stack(memory, sizeof memory);
  handle(SIGSEGV, on_fault, SA_ONSTACK);
  run(true);
  run(false);
}

namespace {

/// Runs on a stack below all else, with an alternate one above it.
void* low_thread(void*) {
  handle(SIGSEGV, on_fault, SA_ONSTACK);
  run(true);
  run(false);
  return nullptr;
}

}  // namespace

TEST_CASE("a handler on an alternate stack above the interrupted one") {
  const Handlers handlers;
  constexpr std::size_t kBytes = 256 * 1024;
  char* const memory =
      static_cast<char*>(mmap(nullptr, 2 * kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(memory != MAP_FAILED);
  struct Arguments {
    char* alternate;
    std::size_t bytes;
  } arguments{memory + kBytes, kBytes};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, memory, kBytes);
  pthread_t thread{};
  const int started = pthread_create(
      &thread, &attributes,
      [](void* given) -> void* {
        const auto* const from = static_cast<const Arguments*>(given);
        const AlternateStack stack(from->alternate, from->bytes);
        return low_thread(nullptr);
      },
      &arguments);
  REQUIRE(started == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  munmap(memory, 2 * kBytes);
}

TEST_CASE("signals within signals") {
  const Handlers handlers;
  handle(SIGUSR2, on_user, SA_NODEFER);
  Probe probe;
  current_probe = &probe;
  g_nested = 0;
  for (int i = 0; i < 10; ++i) {
    raise(SIGUSR2);
    probe.event();
  }
  current_probe = nullptr;
  INFO(probe.first_difference);
  CHECK(g_nested == 20);
  CHECK(probe.events == 50);  // two in each of 20 handlers, and the 10
  CHECK(probe.differences == 0);
  CHECK(probe.bad_nodes == 0);
}

TEST_CASE("frames outside of a signal frame are kept") {
  const Handlers handlers;
  handle(
      SIGUSR2,
      [](int, siginfo_t*, void*) {
        current_probe->walk();
        current_probe->walk();
        __asm__ volatile("");
      },
      0);
  Probe probe;
  current_probe = &probe;
  raise(SIGUSR2);
  current_probe = nullptr;
  CHECK(probe.last.fresh == 1);
  CHECK(probe.last.end == StackEnd::kRoot);
}
