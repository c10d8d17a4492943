/* Spans and calls that touch known numbers of pages; tests/e2e/counters_test.py states them. Huge pages are off. What a
 * single thread does comes first: without samples, its events would share stamps. */
#define _GNU_SOURCE
#include <memline/marker.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "guest.h"
#include "sampling.h"

enum { kPage = 4096 };

/* What is filled next. */
static char* fresh;

NOINLINE static void fill(int pages) {
  for (int i = 0; i < pages; ++i, fresh += kPage) *(volatile char*)fresh = 1;
  KEEP(fresh);
}

/* From its first event to its last one it fills 300 pages. */
NOINLINE static void fit(void) {
  fill(70);
  allocate();
  fill(300);
  allocate();
  fill(90);
  KEEP(fresh);
}

static void* attached(void* span) {
  memline_span_attach(*(uint64_t*)span);
  fill(400);
  memline_span_detach(*(uint64_t*)span);
  fill(60);
  return NULL;
}

static void* not_attached(void* unused) {
  fill(800);
  return unused;
}

static void run_thread(void* (*body)(void*), uint64_t* span) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, span);
  pthread_join(thread, NULL);
}

int main(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  fresh = mmap(NULL, 4000 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fresh == MAP_FAILED) abort();
  allocate();
  fit();
  allocate(); /* ends the run */

  uint64_t outer = memline_span_begin("outer");
  fill(100);
  uint64_t inner = memline_span_begin("inner");
  fill(200);
  run_thread(attached, &inner);
  memline_span_end(inner);
  run_thread(attached, &outer);
  run_thread(not_attached, NULL);
  memline_span_end(outer);

  spin(50);
  uint64_t busy = memline_span_begin("busy");
  spin(100);
  memline_span_end(busy);
  uint64_t idle = memline_span_begin("idle");
  memline_span_end(idle);
  return 0;
}
