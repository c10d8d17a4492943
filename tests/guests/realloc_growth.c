/* An array that doubles, and one that shrinks. Old and new block never stand in a peak together. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void grow(void) {
  char* p = NULL;
  for (size_t bytes = 1024; bytes <= 64 * 1024; bytes *= 2) {
    p = realloc(p, bytes);  // expect grow: allocated=127*1024 freed=63*1024 allocations=1 reallocations=6 seen=1 peak=64*1024
    KEEP(p);
  }
  free(p);  // expect grow: freed=64*1024 frees=1 mem_usage=0
  KEEP(0);
}
// expect total grow: increment=0 peak=64*1024 seen=1

NOINLINE static void shrink(void) {
  char* p = malloc(64 * 1024);  // expect shrink: allocated=64*1024 allocations=1
  KEEP(p);
  for (size_t bytes = 32 * 1024; bytes >= 1024; bytes /= 2) {
    p = realloc(p, bytes);  // expect shrink: allocated=63*1024 freed=126*1024 reallocations=6 seen=1 mem_usage=1024
    KEEP(p);
  }
  free(p);  // expect shrink: freed=1024 frees=1
  KEEP(0);
}
// expect total shrink: increment=0 peak=64*1024

NOINLINE static char* first_owner(void) {
  char* p = malloc(5000);  // expect first_owner: allocated=5000 allocations=1
  KEEP(p);
  return p;
}

/* The line that resizes a block owns it afterwards. */
NOINLINE static void second_owner(char* p) {
  p = realloc(p, 6000);  // expect second_owner: allocated=6000 freed=5000 reallocations=1 peak=1000
  KEEP(p);
}

int main(void) {
  grow();
  shrink();
  char* p = first_owner();
  KEEP(p);
  second_owner(p);
  return 0;
}
// expect summary: allocations=3 frees=2 reallocations=13 at_end=6000 leaked_blocks=1 peak=64*1024
// Every block but the last is released by the event that follows its acquisition, a realloc or a free.
// expect summary: temporary=7+7+1 temporary_bytes=127*1024+127*1024+5000
