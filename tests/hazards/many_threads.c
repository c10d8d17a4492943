/* 10000 threads one after the other, then 1000 at a time: their lanes are handed on, and their numbers come again. */
#include <pthread.h>

#include "hazard.h"

static pthread_barrier_t all_here;

static void* one(void* together) {
  churn(1, 8001);
  if (together != NULL) pthread_barrier_wait(&all_here);
  return NULL;
}

int main(void) {
  static pthread_t threads[1000];
  pthread_attr_t small;
  int started = 0;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (int i = 0; i < 10000; ++i) {
    started += pthread_create(&threads[0], &small, one, NULL) == 0;
    pthread_join(threads[0], NULL);
  }
  pthread_barrier_init(&all_here, NULL, 1000);
  for (int i = 0; i < 1000; ++i) started += pthread_create(&threads[i], &small, one, &all_here) == 0;
  for (int i = 0; i < 1000; ++i) pthread_join(threads[i], NULL);
  printf("started %d\n", started);
  return 0;
}
