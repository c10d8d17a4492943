// Frames that exceptions leave: destructors that run in landing pads, which compilers put into .cold parts, at whatever depth.
// tests/oracle compares it.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "guest.h"

namespace {

struct Holder {
  explicit Holder(size_t bytes) : block(std::malloc(bytes)) {}
  ~Holder() { std::free(block); }
  void* block;
};

struct Pair {
  Pair() : first(10), second(20) {
    const Holder third(5);
    throw 1;
  }
  Holder first, second;
};

NOINLINE void dive(int depth, size_t bytes) {
  const Holder here(bytes);
  if (depth == 0) throw std::runtime_error(std::string(100, 'x'));
  dive(depth - 1, bytes * 2);
}

NOINLINE size_t catch_all(int times) {
  size_t caught = 0;
  for (int i = 0; i < times; ++i) {
    try {
      std::vector<int> before(1000 + i);
      dive(i, 64);
    } catch (const std::exception& error) {
      std::string copy(error.what());
      caught += copy.size();
    }
  }
  return caught;
}

NOINLINE void throw_again(size_t bytes) {
  const std::unique_ptr<char[]> before(new char[bytes]);
  try {
    throw std::make_unique<int>(3);
  } catch (...) {
    const Holder meanwhile(77);
    throw;
  }
}

}  // namespace

int main() {
  size_t caught = catch_all(5);
  try {
    throw_again(500);
  } catch (const std::unique_ptr<int>& thrown) {
    caught += *thrown;
  }
  try {
    Pair pair;
  } catch (int thrown) {
    caught += thrown;
  }
  try {
    std::vector<char> small(100);
    small.at(1000) = 1;
  } catch (const std::out_of_range&) {
    ++caught;
  }
  std::printf("%zu\n", caught);
}
