/* Four threads hand blocks of one size from one to the other: an address is free before it is given out again, in the trace too. */
#include <pthread.h>
#include <stdatomic.h>

#include "hazard.h"

#define SLOTS 64
static _Atomic(void*) slots[SLOTS];

static void* pass_on(void* seed) {
  unsigned state = (unsigned)(long)seed;
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525 + 1013904223;
    void* p = malloc(5501);
    KEEP(p);
    free(atomic_exchange(&slots[(state >> 16) % SLOTS], p));
  }
  return NULL;
}

int main(void) {
  pthread_t threads[4];
  for (long i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, pass_on, (void*)(i + 1));
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < SLOTS; ++i) free(slots[i]);
  puts("ok");
  return 0;
}
