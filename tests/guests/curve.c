/* Live bytes over time, known to the byte: tests/e2e/plot_test.py has the same numbers. The spike lasts for two events. */
#include <memline/marker.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest.h"

#define MIB ((size_t)1 << 20)

static void rest(long milliseconds) {
  nanosleep(&(struct timespec){0, milliseconds * 1000000}, NULL);
}

NOINLINE static void* grow(void) {
  char* block = malloc(16 * MIB); /* 72 -> 88 */
  KEEP(block);
  rest(50);
  char* more = malloc(4 * MIB); /* 92, the last event of the call */
  KEEP(more);
  free(block); /* 76 */
  return more;
}

int main(void) {
  char* base = malloc(8 * MIB);
  KEEP(base);
  rest(50);
  uint64_t load = memline_span_begin("load <tables> & \xe8\xa1\xa8");
  char* table = malloc(64 * MIB); /* 8 -> 72 */
  memset(table, 1, 16 * MIB);
  rest(100);
  memline_span_end(load);
  char* kept = grow();
  rest(20);
  char* spike = malloc(256 * MIB); /* 76 + 256 = 332: the peak */
  KEEP(spike);
  free(spike);
  rest(20);
  free(table); /* 12 */
  rest(100);
  free(kept);
  free(base);
  return 0;
}
