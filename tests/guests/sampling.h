/* What guests need whose samples are looked at. */
#pragma once

#include <stdlib.h>
#include <time.h>

#include "guest.h"

/* Tells memline where we are. */
NOINLINE static void allocate(void) {
  void* const block = malloc(100);
  KEEP(block);
  free(block);
  KEEP(block);
}

static long long cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Of the thread's own time. */
NOINLINE static void spin(long long milliseconds) {
  const long long end = cpu_ns() + milliseconds * 1000000;
  volatile long sum = 0;
  while (cpu_ns() < end) {
    for (int i = 0; i < 20000; ++i) sum += i;
  }
  KEEP(end);
}
