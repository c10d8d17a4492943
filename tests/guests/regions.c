/* Spans and calls with known values; tests/e2e/regions_test.py and repeated_runs_test.py state them. */
#include <memline/marker.h>
#include <pthread.h>
#include <stdlib.h>

#include "guest.h"

#define MIB ((size_t)1 << 20)

__attribute__((constructor)) static void before_main(void) {
  void* kept = malloc(3 * MIB);
  KEEP(kept);
}

/* Keeps 2 MiB of the 5 that it holds for a moment. */
NOINLINE static void* fit(void) {
  void* kept = malloc(2 * MIB);
  void* scratch = malloc(3 * MIB);
  KEEP(kept);
  KEEP(scratch);
  free(scratch);
  KEEP(0);
  return kept;
}

static void* other_thread(void* unused) {
  (void)unused;
  void* its = malloc(1 * MIB);
  KEEP(its);
  return its;
}

int main(void) {
  void* before = malloc(4 * MIB);
  KEEP(before);
  uint64_t outer = memline_span_begin("load \"all\"\n");
  uint64_t inner = memline_span_begin("parse");
  void* text = malloc(16 * MIB);
  KEEP(text);
  void* table = malloc(8 * MIB);
  KEEP(table);
  free(text);
  memline_span_end(inner);
  free(table);
  void* kept = malloc(MIB / 2);
  KEEP(kept);
  memline_span_end(outer);

  void* first = fit();
  void* between = malloc(MIB); /* ends the run of the first call */
  void* second = fit();
  KEEP(first);
  KEEP(between);
  KEEP(second);

  uint64_t threads = memline_span_begin("threads");
  pthread_t thread;
  void* its = NULL;
  pthread_create(&thread, NULL, other_thread, NULL);
  pthread_join(thread, &its);
  free(its);
  memline_span_end(threads);

  uint64_t release = memline_span_begin("release");
  free(before);
  memline_span_end(release);
  uint64_t open = memline_span_begin("never ended");
  KEEP(open);
  return 0;
}
