/* Loops: one line that is executed often is one run as long as nothing else of its thread comes between. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void different_sizes(void) {
  void* block[10];
  for (size_t i = 0; i < 10; ++i) {
    block[i] = calloc(i + 1, 4096);  // expect different_sizes: allocated=55*4096 allocations=10 seen=1
    KEEP(block[i]);
  }
  for (size_t i = 0; i < 10; ++i) {
    free(block[i]);  // expect different_sizes: freed=55*4096 frees=10 seen=1 mem_usage=0
    KEEP(0);
  }
}
// expect total different_sizes: increment=0 peak=55*4096 allocations=10 frees=10 seen=1

NOINLINE static void in_turns(void) {
  for (int i = 0; i < 10; ++i) {
    void* p = malloc(64);  // expect in_turns: allocated=640 allocations=10 seen=10 peak=64 mem_usage=64
    KEEP(p);
    free(p);  // expect in_turns: freed=640 frees=10 seen=10 mem_usage=0
    KEEP(0);
  }
}
// expect total in_turns: increment=0 peak=64 seen=1

/* free(NULL) is nothing: the first two turns are one run of the first line. */
NOINLINE static void freed_one_by_one_late(void) {
  void* previous = NULL;
  for (int i = 1; i <= 5; ++i) {
    void* p = malloc(1000 * i);  // expect freed_one_by_one_late: allocated=15000 allocations=5 seen=4 peak=5000 mem_usage=9000
    KEEP(p);
    free(previous);  // expect freed_one_by_one_late: freed=10000 frees=4 seen=4 mem_usage=5000
    KEEP(0);
    previous = p;
  }
  free(previous);  // expect freed_one_by_one_late: freed=5000 frees=1
  KEEP(0);
}

NOINLINE static void rows_of_rows(void) {
  void* row[3][4];
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) {
      row[i][j] = malloc(10);  // expect rows_of_rows: allocated=120 allocations=12 seen=3 peak=40
      KEEP(row[i][j]);
    }
    void* between = malloc(7);  // expect rows_of_rows: allocated=21 allocations=3 seen=3 peak=7
    KEEP(between);
  }
}
// expect total rows_of_rows: increment=141 peak=141

int main(void) {
  different_sizes();
  in_turns();
  freed_one_by_one_late();
  rows_of_rows();
  return 0;
}
// expect summary: allocations=10+10+5+15 frees=10+10+5 peak=55*4096 at_end=141 leaked_blocks=15 temporary=10 temporary_bytes=640
