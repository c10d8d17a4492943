#include "thread_stack.h"

#include <sys/mman.h>

#include <thread>
#include <vector>

#include "support/catch.h"

using memline::capture::StackBounds;
using memline::capture::ThreadStack;

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
