/* The body of an OpenMP region is outlined by the compiler; its lines are rows of the function it was written in. */
#include <stdlib.h>

#include "guest.h"

// recurses fill: the region's line is below the body's
NOINLINE static void fill(void** block) {  // expect fill: any
#pragma omp parallel for num_threads(2) schedule(static)  // expect fill: any
  for (int i = 0; i < 8; ++i) {  // expect fill: any
    block[i] = malloc(100 * (i + 1));  // expect fill: allocated=3600 allocations=8 seen=2 peak=2600 mem_usage=*
    KEEP(block[i]);
  }
}

NOINLINE static void drain(void** block) {
  for (int i = 0; i < 8; ++i) {
    free(block[i]);  // expect drain: freed=3600 frees=8
    KEEP(0);
  }
}

// recurses summed: as fill; clang makes a function of the reduction, which has the region's line but is not what it lies in
NOINLINE static int summed(void) {
  int sum = 0;
#pragma omp parallel for num_threads(1) reduction(+ : sum)  // expect summed: any
  for (int i = 0; i < 4; ++i) {  // expect summed: any
    void* p = malloc(50);  // expect summed: allocated=200 allocations=4 seen=4 peak=50
    KEEP(p);
    free(p);  // expect summed: freed=200 frees=4 seen=4
    sum += i;
  }
  KEEP(sum);
  return sum;
}

int main(void) {
  void* block[8];
  KEEP(block);
  fill(block);
  drain(block);
  KEEP(summed());
  return 0;
}
