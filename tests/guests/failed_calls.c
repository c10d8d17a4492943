/* Calls that fail: no line of them has an event, and what was there before is there afterwards. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "guest.h"

static int failures;
#define FAILED(condition) failures += (condition) ? 0 : 1

NOINLINE static void heap_calls(void) {
  size_t huge = SIZE_MAX / 2 + 1;
  OPAQUE(huge);
  char* kept = malloc(100);  // expect heap_calls: allocated=100 allocations=1
  KEEP(kept);
  void* p = malloc(huge);
  OPAQUE(p);
  FAILED(p == NULL && errno == ENOMEM);
  p = calloc(huge, 4);
  OPAQUE(p);
  FAILED(p == NULL);
  p = realloc(kept, huge);
  OPAQUE(p);
  FAILED(p == NULL);
  p = reallocarray(kept, huge, 4);
  OPAQUE(p);
  FAILED(p == NULL);
  p = memalign(64, huge);
  OPAQUE(p);
  FAILED(p == NULL);
  p = aligned_alloc(64, huge);
  OPAQUE(p);
  FAILED(p == NULL);
  p = NULL;
  int status = posix_memalign(&p, 3, 10);
  FAILED(status == EINVAL && p == NULL);
  status = posix_memalign(&p, 64, huge);
  FAILED(status == ENOMEM && p == NULL);
  p = valloc(huge);
  OPAQUE(p);
  FAILED(p == NULL);
  p = pvalloc(huge);
  OPAQUE(p);
  FAILED(p == NULL);
  free(kept);  // expect heap_calls: freed=100 frees=1
  KEEP(0);
}
// expect total heap_calls: increment=0 peak=100 allocated=100 freed=100 allocations=1 frees=1 reallocations=0

NOINLINE static void mapping_calls(void) {
  char* p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // expect mapping_calls: allocated=4*4096 mappings=1
  KEEP(p);
  void* q = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  OPAQUE(q);
  FAILED(q == MAP_FAILED);
  q = mmap(p, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, -1, 0);
  OPAQUE(q);
  FAILED(q == MAP_FAILED && errno == EBADF);
  int status = munmap(p + 1, 4096);
  FAILED(status == -1 && errno == EINVAL);
  q = mremap(p, 4096, SIZE_MAX / 2 / 4096 * 4096, MREMAP_MAYMOVE);
  OPAQUE(q);
  FAILED(q == MAP_FAILED);
  status = mprotect(p + 1, 4096, PROT_NONE);
  FAILED(status == -1);
  munmap(p, 4 * 4096);  // expect mapping_calls: freed=4*4096 unmappings=1
  KEEP(0);
}
// expect total mapping_calls: increment=0 peak=4*4096 allocated=4*4096 freed=4*4096 mappings=1 unmappings=1

int main(void) {
  heap_calls();
  mapping_calls();
  return failures;
}
// expect summary: allocations=1 frees=1 reallocations=0 mappings=1 unmappings=1 peak=4*4096 at_end=0 leaked_blocks=0
