// A program with an operator new of its own, as many large ones have: what it allocates is its callers', not the operator's.
#include <cstdlib>
#include <new>

#include "guest.h"

void* operator new(std::size_t bytes) {
  if (void* block = std::malloc(bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

struct Pooled {  // a class's own operator is a choice of its author's, and no other class's
  static void* operator new(std::size_t bytes) {
    return std::malloc(bytes);  // site: 40
  }
  char bytes[40];
};

int main() {
  int* numbers = new int[25];  // site: 100
  KEEP(numbers);
  long* number = new long(1);  // site: 8
  KEEP(number);
  KEEP(new Pooled);
  return 0;
}
