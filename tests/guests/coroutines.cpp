// A coroutine that allocates between its suspensions, run to its end and destroyed half-way: gcc makes three functions of it,
// clang four. tests/oracle compares it.
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "guest.h"

namespace {

struct Numbers {
  struct promise_type {
    Numbers get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int next) {
      value = next;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    int value = 0;
  };
  ~Numbers() { handle.destroy(); }
  std::coroutine_handle<promise_type> handle;
};

NOINLINE Numbers count_to(int end) {
  std::vector<int> numbers(end);
  for (int i = 0; i < end; ++i) {
    void* block = std::malloc(100 + i);
    KEEP(block);
    co_yield i;
    std::free(block);
  }
  std::string text(300, 'y');
  KEEP(text.data());
  co_yield static_cast<int>(text.size());
}

NOINLINE int all_of(int end) {
  const Numbers numbers = count_to(end);
  int sum = 0;
  for (numbers.handle.resume(); !numbers.handle.done(); numbers.handle.resume()) {
    sum += numbers.handle.promise().value;
  }
  return sum;
}

NOINLINE int second_of(int end) {
  const Numbers numbers = count_to(end);
  numbers.handle.resume();
  numbers.handle.resume();
  return numbers.handle.promise().value;
}

}  // namespace

int main() {
  const int sum = all_of(5) + second_of(6);
  std::printf("%d\n", sum);
}
