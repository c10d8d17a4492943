/* A function that calls itself: an event counts once for every distinct line, however often the line is on the stack. */
#include <stdlib.h>

#include "guest.h"

// recurses down
NOINLINE static void down(int depth) {
  if (depth == 0) return;
  void* p = malloc(depth * 100);  // expect down: allocated=600 allocations=3 seen=3 peak=300 mem_usage=600
  KEEP(p);
  down(depth - 1);  // expect down: allocated=300 freed=300 allocations=2 frees=2 seen=1 peak=300 mem_usage=300
  free(p);          // expect down: freed=600 frees=3 seen=3 mem_usage=500
  KEEP(0);
}
// expect total down: increment=0 peak=600 allocated=600 freed=600 allocations=3 frees=3 seen=1

static void pong(int depth);

// recurses ping
NOINLINE static void ping(int depth) {
  void* p = malloc(16);  // expect ping: allocated=48 allocations=3 seen=3 peak=16
  KEEP(p);
  if (depth > 0) pong(depth - 1);  // expect ping: allocated=2*32+2*16 allocations=4 seen=1
  KEEP(0);
}

// recurses pong
NOINLINE static void pong(int depth) {
  void* p = malloc(32);  // expect pong: allocated=64 allocations=2 seen=2 peak=32
  KEEP(p);
  ping(depth);  // expect pong: allocated=2*16+32 allocations=3 seen=1
  KEEP(0);
}
// expect total ping: increment=112 peak=112 allocations=5 seen=1
// expect total pong: increment=32+16+32+16 peak=96 allocations=4 seen=1

int main(void) {
  down(3);
  ping(2);
  return 0;
}
// expect summary: peak=600 at_end=112 leaked_blocks=5
