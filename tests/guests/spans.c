/* Marks, spans that nest and that a thread joins, pauses. */
#include <memline/marker.h>
#include <pthread.h>
#include <stdlib.h>

#include "guest.h"

NOINLINE static void* work(size_t bytes) {
  void* p = malloc(bytes);  // expect work: allocated=10+20+40+80+160 allocations=5 seen=* peak=160
  KEEP(p);
  return p;
}
// expect span-total[load] work: allocated=20+40+160 allocations=3
// expect span-total[inner] work: allocated=40 allocations=1
// expect span-total[other] work: allocated=80 allocations=1

static void* member(void* token) {
  uint64_t span = *(uint64_t*)token;
  memline_span_attach(span);
  KEEP(work(160));
  memline_span_detach(span);
  return NULL;
}

NOINLINE static void paused(void) {
  memline_pause();
  void* unseen = malloc(5000);
  KEEP(unseen);
  memline_pause();  // a library's, inside of ours: it ends alone
  memline_resume();
  void* unseen_as_well = malloc(5500);
  KEEP(unseen_as_well);
  memline_resume();
  memline_resume();  // one too many does nothing
  free(unseen_as_well);  // expect paused: quiet
  free(unseen);  // expect paused: quiet
  KEEP(0);
  void* seen_again = malloc(6000);  // expect paused: allocated=6000 allocations=1
  KEEP(seen_again);
  memline_pause();
  KEEP(0);
  free(seen_again);  // expect paused: freed=6000 frees=1
  KEEP(0);
  memline_resume();
  KEEP(0);
}

int main(void) {
  KEEP(work(10));
  memline_mark("begun");
  uint64_t load = memline_span_begin("load");
  KEEP(work(20));
  uint64_t inner = memline_span_begin("inner");
  KEEP(work(40));
  memline_span_end(inner);
  pthread_t thread;
  pthread_create(&thread, NULL, member, &load);
  pthread_join(thread, NULL);
  memline_span_end(load);
  memline_mark_value("loaded", 2.5);
  uint64_t other = memline_span_begin("other");
  KEEP(work(80));
  memline_span_end(other);
  paused();
  return 0;
}
