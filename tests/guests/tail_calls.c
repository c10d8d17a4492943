/* A call in tail position is a jump in optimized code: its frame is gone, and its bytes stand on the caller's line. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void* wrapper(size_t bytes) {
  return malloc(bytes + 1);  // expect wrapper [O0|O1]: allocated=11+21 allocations=2 seen=2 peak=21
}

NOINLINE static void release(void* p) {
  free(p);  // expect release [O0|O1]: freed=11+21 frees=2 seen=2
}

NOINLINE static void caller(void) {
  void* a = wrapper(10);  // expect caller: allocated=11 allocations=1 mem_usage=11
  KEEP(a);
  void* b = wrapper(20);  // expect caller: allocated=21 allocations=1 mem_usage=32
  KEEP(b);
  release(a);  // expect caller: freed=11 frees=1 mem_usage=21
  KEEP(0);
  release(b);  // expect caller: freed=21 frees=1 mem_usage=0
  KEEP(0);
}
// expect total caller: increment=0 peak=32 allocations=2 frees=2 seen=1

int main(void) {
  caller();
  return 0;
}
