/* Every function of the malloc family, once, with sizes that tell them apart. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdlib.h>

#include "guest.h"

NOINLINE static void acquire_and_free(void) {
  void* a = malloc(101);  // expect acquire_and_free: allocated=101 allocations=1 mem_usage=101
  KEEP(a);
  void* b = calloc(3, 67);  // expect acquire_and_free: allocated=201 allocations=1 mem_usage=302
  KEEP(b);
  void* c = realloc(NULL, 301);  // expect acquire_and_free: allocated=301 allocations=1 mem_usage=603
  KEEP(c);
  void* d = reallocarray(NULL, 7, 59);  // expect acquire_and_free: allocated=413 allocations=1 mem_usage=1016
  KEEP(d);
  void* e = memalign(64, 501);  // expect acquire_and_free: allocated=501 allocations=1 mem_usage=1517
  KEEP(e);
  void* f = aligned_alloc(128, 640);  // expect acquire_and_free: allocated=640 allocations=1 mem_usage=2157
  KEEP(f);
  void* g = NULL;
  int status = posix_memalign(&g, 256, 701);  // expect acquire_and_free: allocated=701 allocations=1 mem_usage=2858
  KEEP(status);
  void* h = valloc(801);  // expect acquire_and_free: allocated=801 allocations=1 mem_usage=3659
  KEEP(h);
  void* i = pvalloc(901);  // expect acquire_and_free: allocated=901 allocations=1 mem_usage=4560
  KEEP(i);
  void* j = malloc(0);  // expect acquire_and_free: allocations=1 mem_usage=4560
  KEEP(j);
  free(a);  // expect acquire_and_free: freed=101 frees=1 mem_usage=4459
  free(b);  // expect acquire_and_free: freed=201 frees=1
  free(c);  // expect acquire_and_free: freed=301 frees=1
  free(d);  // expect acquire_and_free: freed=413 frees=1
  free(e);  // expect acquire_and_free: freed=501 frees=1
  free(f);  // expect acquire_and_free: freed=640 frees=1
  free(g);  // expect acquire_and_free: freed=701 frees=1
  free(h);  // expect acquire_and_free: freed=801 frees=1
  free(i);  // expect acquire_and_free: freed=901 frees=1 mem_usage=0
  free(j);  // expect acquire_and_free: frees=1 mem_usage=0
  free(NULL);
  KEEP(0);
}
// expect total acquire_and_free: increment=0 peak=4560 allocated=4560 freed=4560 allocations=10 frees=10 seen=1

NOINLINE static void resize(void) {
  char* a = malloc(1000);  // expect resize: allocated=1000 allocations=1
  KEEP(a);
  a = realloc(a, 5000);  // expect resize: allocated=5000 freed=1000 reallocations=1 mem_usage=5000
  KEEP(a);
  a = realloc(a, 20);  // expect resize: allocated=20 freed=5000 reallocations=1 mem_usage=20
  KEEP(a);
  a = reallocarray(a, 30, 10);  // expect resize: allocated=300 freed=20 reallocations=1
  KEEP(a);
  a = realloc(a, 0);  // expect resize: freed=300 frees=1
  KEEP(a);
}
// expect total resize: increment=0 peak=5000 allocated=6320 freed=6320 allocations=1 frees=1 reallocations=3

/* C23; this C library may not have them, and the profiler may bring them. */
__attribute__((weak)) void free_sized(void* block, size_t bytes);
__attribute__((weak)) void free_aligned_sized(void* block, size_t alignment, size_t bytes);

NOINLINE static void free_with_size(void) {
  void* a = malloc(111);  // expect free_with_size: allocated=111 allocations=1
  KEEP(a);
  if (free_sized != NULL) free_sized(a, 111); else free(a);  // expect free_with_size: freed=111 frees=1
  KEEP(0);
  void* b = aligned_alloc(64, 256);  // expect free_with_size: allocated=256 allocations=1
  KEEP(b);
  if (free_aligned_sized) free_aligned_sized(b, 64, 256); else free(b);  // expect free_with_size: freed=256 frees=1
  KEEP(0);
}

NOINLINE static void leak(void) {
  void* a = malloc(12345);  // expect leak: allocated=12345 allocations=1
  KEEP(a);                  // one block of 12345 bytes is all that is left
}

int main(void) {
  acquire_and_free();
  resize();
  free_with_size();
  leak();
  return 0;
}
// expect summary: allocations=14 frees=13 reallocations=3 mappings=0 unmappings=0 allocated=4560+6320+367+12345
// expect summary: freed=4560+6320+367 peak=12345 at_end=12345 leaked_blocks=1 threads=1
// temporary: both blocks of free_with_size, and of resize what each call makes and the next one takes; malloc(0) is not
// the block that is freed next
// expect summary: temporary=2+4 temporary_bytes=111+256+1000+5000+20+300
