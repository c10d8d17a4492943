/* One thread allocates under a mutex that another wants in its callback of dl_iterate_phdr: whoever took the loader's lock to record an allocation
 * would wait for ever. */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>

#include "hazard.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int stop;

static int callback(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)info, (void)size, (void)unused;
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
  return 0;
}
static void* iterate(void* unused) {
  while (!stop) dl_iterate_phdr(callback, NULL);
  return unused;
}

/* Another stack each time, so that nothing is known of it. */
NOINLINE static void at_depth(int depth) {
  if (depth == 0) {
    churn(1, 7501);
  } else {
    at_depth(depth - 1);
  }
  KEEP(depth);
}

int main(void) {
  pthread_t thread;
  alarm(50);
  pthread_create(&thread, NULL, iterate, NULL);
  for (int i = 0; i < 20000; ++i) {
    pthread_mutex_lock(&lock);
    at_depth(i % 50);
    pthread_mutex_unlock(&lock);
  }
  stop = 1;
  pthread_join(thread, NULL);
  puts("ok");
  return 0;
}
