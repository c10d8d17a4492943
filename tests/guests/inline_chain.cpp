// Inlined functions have rows of their own, like any other function; every inlined copy counts.
#include <cstdlib>

#include "guest.h"

namespace {

ALWAYS_INLINE void* innermost(std::size_t bytes) {
  void* p = std::malloc(bytes);  // expect innermost: allocated=10+20+30 allocations=3 seen=3 peak=30
  KEEP(p);
  return p;
}

ALWAYS_INLINE void* middle(std::size_t bytes) {
  void* p = innermost(bytes);  // expect middle: allocated=10+20 allocations=2 seen=2 peak=20
  KEEP(p);
  return p;
}

NOINLINE void outer() {
  void* a = middle(10);  // expect outer: allocated=10 allocations=1
  KEEP(a);
  void* b = middle(20);  // expect outer: allocated=20 allocations=1
  KEEP(b);
  void* c = innermost(30);  // expect outer: allocated=30 allocations=1
  KEEP(c);
}
// expect total outer: increment=60 peak=60 seen=1

template <int kTimes>
struct Filler {
  __attribute__((always_inline)) void fill() {
    for (int i = 0; i < kTimes; ++i) {
      void* p = std::malloc(kTimes);  // expect fill: allocated=25 allocations=5
      KEEP(p);
    }
  }
};

NOINLINE void use_member() {
  Filler<5>().fill();  // expect use_member: allocated=25 allocations=5
  KEEP(0);
}

}  // namespace

int main() {
  outer();
  use_member();
  return 0;
}
