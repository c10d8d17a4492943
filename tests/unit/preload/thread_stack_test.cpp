#include "thread_stack.h"

#include <signal.h>
#include <sys/mman.h>

#include <thread>
#include <vector>

#include "support/catch.h"
#include "thread_state.h"

using memline::capture::is_stale;
using memline::capture::StackBounds;
using memline::capture::ThreadStack;
using memline::capture::ThreadState;

namespace {

std::uint64_t sp() {
  return reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
}

void check_here() {
  ThreadStack stack{};
  const StackBounds bounds = stack.bounds(sp(), true);
  REQUIRE(bounds.hi != 0);
  CHECK(sp() >= bounds.lo);
  CHECK(sp() < bounds.hi);
  // Every byte up to the end can be read.
  unsigned sum = 0;
  for (std::uint64_t at = sp(); at < bounds.hi; ++at) sum += *reinterpret_cast<const volatile unsigned char*>(at);
  CHECK(sum != 0);
}

__attribute__((noinline)) std::uint64_t deeper(unsigned bytes, ThreadStack& stack, StackBounds& out) {
  volatile char* const pad = static_cast<volatile char*>(__builtin_alloca(bytes));
  for (unsigned i = 0; i < bytes; i += 1024) pad[i] = 1;
  out = stack.bounds(reinterpret_cast<std::uint64_t>(pad), true);
  return reinterpret_cast<std::uint64_t>(pad);
}

}  // namespace

TEST_CASE("the main thread's stack is known to its end", "[thread_stack]") {
  check_here();
}

TEST_CASE("another thread's stack is known to its control block", "[thread_stack]") {
  std::thread(check_here).join();
}

TEST_CASE("the bounds follow a stack that has grown", "[thread_stack]") {
  ThreadStack stack{};
  const StackBounds before = stack.bounds(sp(), true);
  StackBounds after{};
  const std::uint64_t low = deeper(1U << 20, stack, after);
  CHECK(after.hi == before.hi);
  CHECK(after.lo <= low);
  CHECK(after.lo < before.lo);
}

TEST_CASE("a stack of the program's own is not taken for the thread's", "[thread_stack]") {
  ThreadStack stack{};
  stack.bounds(sp(), true);
  std::vector<char> coroutine(65536);
  const auto inside = reinterpret_cast<std::uint64_t>(coroutine.data()) + 32768;
  CHECK(stack.bounds(inside, true).hi == 0);
  CHECK_FALSE(stack.contains(inside));
  CHECK(stack.contains(sp()));
}

TEST_CASE("nothing is probed where system calls are forbidden", "[thread_stack]") {
  ThreadStack stack{};
  CHECK(stack.bounds(sp(), false).hi == 0);
}

namespace {

ThreadState interrupted{};
std::uint64_t mark_sp;
bool taken_for_stale;

void on_alternate_stack(int) {
  taken_for_stale = is_stale(mark_sp, sp(), interrupted, true);
}

/// The hook that a signal interrupts: deeper in the stack than whatever its callers keep in theirs.
__attribute__((noinline)) void interrupted_hook() {
  mark_sp = sp();
  interrupted.stack.bounds(mark_sp, true);
  raise(SIGUSR2);
}

void interrupt_on(char* memory, std::size_t bytes) {
  const stack_t alternate{memory, 0, bytes};
  stack_t before{};
  REQUIRE(sigaltstack(&alternate, &before) == 0);
  struct sigaction action {};
  struct sigaction old {};
  action.sa_handler = on_alternate_stack;
  action.sa_flags = SA_ONSTACK;
  REQUIRE(sigaction(SIGUSR2, &action, &old) == 0);
  taken_for_stale = true;
  interrupted_hook();
  sigaction(SIGUSR2, &old, nullptr);
  sigaltstack(&before, nullptr);
}

thread_local char thread_local_memory[65536];

}  // namespace

TEST_CASE("a handler on an alternate stack within the thread's own has not left the hook that it interrupted",
          "[thread_stack]") {
  char memory[65536];
  interrupt_on(memory, sizeof memory);
  CHECK_FALSE(taken_for_stale);
  std::thread([] {
    interrupted = {};
    interrupt_on(thread_local_memory, sizeof thread_local_memory);
  }).join();
  CHECK_FALSE(taken_for_stale);
}

TEST_CASE("a hook that was left by a longjmp is stale", "[thread_stack]") {
  interrupted = {};
  mark_sp = sp() - 4096;
  interrupted.stack.bounds(mark_sp, true);
  CHECK(is_stale(mark_sp, sp(), interrupted, true));
  CHECK_FALSE(is_stale(sp() + 64, sp(), interrupted, true));
}
