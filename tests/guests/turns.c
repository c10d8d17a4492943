/* Two threads that work in turns: one alone for a while, in which its events share stamps, and then quickly to and fro,
   each on what the other has left. It is the same addresses, so an event told too early or too late would meet the wrong
   block. */
#include <pthread.h>
#include <stdlib.h>

#include "guest.h"

enum { kRounds = 10, kAlone = 60000, kTimes = 50, kHanded = 8 };

static pthread_barrier_t barrier;
static void* handed[kHanded];

static void alone(void) {
  for (int i = 0; i < kAlone; ++i) {
    void* p = malloc(40);
    KEEP(p);
    free(p);
  }
}

NOINLINE static void* left(void* unused) {
  for (int round = 0; round < kRounds; ++round) {
    if (round % 2 == 0) alone();  // expect left: allocated=12000000 freed=12000000 allocations=300000 frees=300000 seen=5 increment=0 peak=* mem_usage=*
    for (int time = 0; time < kTimes; ++time) {
      for (int i = 0; i < kHanded; ++i) {
        handed[i] = malloc(1700);  // expect left: allocated=6800000 allocations=4000 seen=500 peak=* mem_usage=*
        KEEP(handed[i]);
      }
      pthread_barrier_wait(&barrier);
      pthread_barrier_wait(&barrier);
      for (int i = 0; i < kHanded; ++i) {
        free(handed[i]);  // expect left: freed=6800000 frees=4000 seen=500 peak=* mem_usage=*
        KEEP(0);
      }
    }
  }
  return unused;
}

NOINLINE static void* right(void* unused) {
  for (int round = 0; round < kRounds; ++round) {
    if (round % 2 != 0) alone();  // expect right: allocated=12000000 freed=12000000 allocations=300000 frees=300000 seen=5 increment=0 peak=* mem_usage=*
    for (int time = 0; time < kTimes; ++time) {
      pthread_barrier_wait(&barrier);
      for (int i = 0; i < kHanded; ++i) {
        free(handed[i]);  // expect right: freed=6800000 frees=4000 seen=500 peak=* mem_usage=*
        KEEP(0);
      }
      for (int i = 0; i < kHanded; ++i) {
        handed[i] = malloc(1700);  // expect right: allocated=6800000 allocations=4000 seen=500 peak=* mem_usage=*
        KEEP(handed[i]);
      }
      pthread_barrier_wait(&barrier);
    }
  }
  return unused;
}

int main(void) {
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_t pair[2];
  pthread_create(&pair[0], NULL, left, NULL);  // expect main: any
  pthread_create(&pair[1], NULL, right, NULL);  // expect main: any
  pthread_join(pair[0], NULL);  // expect main: any
  pthread_join(pair[1], NULL);  // expect main: any
  return 0;
}
// expect summary: threads=3 temporary=600000 temporary_bytes=24000000
