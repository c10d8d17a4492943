/* Memory that a callee takes and gives back: nothing in Increment, everything in Peak. */
#include <stdlib.h>
#include <sys/mman.h>

#include "guest.h"

NOINLINE static void scratch(size_t bytes) {
  void* p = malloc(bytes);  // expect scratch: allocated=1000+2000+3*500 allocations=5 seen=5 peak=2000
  KEEP(p);
  free(p);  // expect scratch: freed=1000+2000+3*500 frees=5 seen=5
  KEEP(0);
}

NOINLINE static void* scratch_and_result(size_t bytes) {
  void* p = malloc(bytes);  // expect scratch_and_result: allocated=700 allocations=1
  KEEP(p);
  void* result = malloc(30);  // expect scratch_and_result: allocated=30 allocations=1
  KEEP(result);
  free(p);  // expect scratch_and_result: freed=700 frees=1
  KEEP(0);
  return result;
}

NOINLINE static void caller(void) {
  scratch(1000);  // expect caller: allocated=1000 freed=1000 allocations=1 frees=1 peak=1000 mem_usage=0
  scratch(2000);  // expect caller: allocated=2000 freed=2000 allocations=1 frees=1 peak=2000 mem_usage=0
  for (int i = 0; i < 3; ++i) {
    scratch(500);  // expect caller: allocated=1500 freed=1500 allocations=3 frees=3 peak=500 seen=1
  }
  void* p = scratch_and_result(700);  // expect caller: allocated=730 freed=700 allocations=2 frees=1 peak=730 mem_usage=30
  KEEP(p);
  free(p);  // expect caller: freed=30 frees=1
  KEEP(0);
}
// expect total caller: increment=0 peak=2000 allocated=5230 freed=5230 allocations=7 frees=7 seen=1

/* Calls that acquire and release nothing are no events: what is freed after them is freed next. */
NOINLINE static void quiet_calls_between(void) {
  void* p = aligned_alloc(4096, 4096);  // expect quiet_calls_between: allocated=4096 allocations=1
  KEEP(p);
  mprotect(p, 4096, PROT_READ);  // expect quiet_calls_between: quiet
  KEEP(0);
  mprotect(p, 4096, PROT_READ | PROT_WRITE);  // expect quiet_calls_between: quiet
  KEEP(0);
  free(p);  // expect quiet_calls_between: freed=4096 frees=1
  KEEP(0);
}

int main(void) {
  caller();
  quiet_calls_between();
  return 0;
}
// result is not freed next: free(p) of the 700 comes between
// expect summary: temporary=6 temporary_bytes=4500+4096 peak=4096 at_end=0
