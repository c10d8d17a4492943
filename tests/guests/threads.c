/* Threads, one after the other so that every number is fixed: blocks of one thread freed by another. */
#include <pthread.h>
#include <stdlib.h>

#include "guest.h"

static void* shared[4];

NOINLINE static void* producer(void* unused) {
  for (int i = 0; i < 4; ++i) {
    shared[i] = malloc(1000);  // expect producer: allocated=4000 allocations=4 seen=1
    KEEP(shared[i]);
  }
  void* own = malloc(50);  // expect producer: allocated=50 allocations=1
  KEEP(own);
  free(own);  // expect producer: freed=50 frees=1
  KEEP(0);
  return unused;
}

NOINLINE static void* consumer(void* unused) {
  for (int i = 0; i < 3; ++i) {
    free(shared[i]);  // expect consumer: freed=3000 frees=3 seen=1
    KEEP(0);
  }
  return unused;
}

/* Twice at once: two threads, each with a run of its own. */
static pthread_barrier_t barrier;
NOINLINE static void* worker(void* unused) {
  pthread_barrier_wait(&barrier);
  void* p = malloc(300);  // expect worker: allocated=600 allocations=2 seen=2 peak=300 mem_usage=*
  KEEP(p);
  pthread_barrier_wait(&barrier);
  free(p);  // expect worker: freed=600 frees=2 seen=2 mem_usage=*
  KEEP(0);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, producer, NULL);  // expect main: any
  pthread_join(thread, NULL);  // expect main: any
  pthread_create(&thread, NULL, consumer, NULL);  // expect main: any
  pthread_join(thread, NULL);  // expect main: any
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_t pair[2];
  pthread_create(&pair[0], NULL, worker, NULL);  // expect main: any
  pthread_create(&pair[1], NULL, worker, NULL);  // expect main: any
  pthread_join(pair[0], NULL);  // expect main: any
  pthread_join(pair[1], NULL);  // expect main: any
  free(shared[3]);  // expect main: freed=1000 frees=1
  KEEP(0);
  return 0;
}
// expect summary: threads=5
// expect total producer: increment=4000 peak=4050
// expect total consumer: increment=-3000 peak=0
