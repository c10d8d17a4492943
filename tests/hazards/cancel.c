/* malloc and free are no cancellation points: a thread with a cancellation pending allocates with a mutex of the program held, and must not die
 * there. */
#include <pthread.h>

#include "hazard.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  for (;;) {
    pthread_mutex_lock(&lock);
    churn(20, 7801);
    pthread_mutex_unlock(&lock);
    pthread_testcancel();
  }
  return unused;
}

int main(void) {
  int cancelled = 0;
  alarm(50);
  for (int i = 0; i < 50; ++i) {
    pthread_t thread;
    void* result = NULL;
    pthread_create(&thread, NULL, work, NULL);
    usleep(500);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    cancelled += result == PTHREAD_CANCELED;
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
  }
  printf("cancelled %d\n", cancelled);
  return 0;
}
