/* spawn THREADS -- short-lived threads one after the other, each with two blocks of its own, as in a server that starts a
 * thread a request. */
#include <pthread.h>
#include <stdlib.h>

#include "bench.h"

static void *request(void *argument) {
  char *volatile a = malloc(100);
  char *volatile b = malloc(200);
  free(a);
  free(b);
  return argument;
}

int main(int argc, char **argv) {
  const long threads = argc > 1 ? atol(argv[1]) : 1000;
  const uint64_t begin = bench_now_ns();
  for (long i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, request, NULL) != 0) return 1;
    pthread_join(thread, NULL);
  }
  bench_report("spawn", bench_now_ns() - begin, (uint64_t)threads * 2, (uint64_t)threads * 2);
  return 0;
}
