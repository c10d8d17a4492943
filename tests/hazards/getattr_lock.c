/* pthread_getattr_np allocates under the thread's lock; a hook that asked for its stack with the same call would wait for itself. */
#define _GNU_SOURCE
#include <pthread.h>

#include "hazard.h"

static void* ask(void* unused) {
  for (int i = 0; i < 100; ++i) {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return NULL;
    pthread_attr_destroy(&attributes);
  }
  churn(1, 7601);
  (void)unused;
  return (void*)1;
}

int main(void) {
  long good = 0;
  alarm(50);
  for (int i = 0; i < 8; ++i) {
    pthread_t thread;
    void* result = NULL;
    pthread_create(&thread, NULL, ask, NULL);
    pthread_join(thread, &result);
    good += (long)result;
  }
  good += ask(NULL) != NULL;
  printf("good %ld\n", good);
  return 0;
}
