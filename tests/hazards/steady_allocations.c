/* steady_allocations ROUNDS: 10000 blocks a round, 10 ms apart. Its slowest round is bounded: whoever takes the data must not hold it up. */
#include <time.h>

#include "hazard.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 50;
  double slowest = 0;
  for (int i = 0; i < rounds; ++i) {
    double begin = now();
    for (int k = 0; k < 10000; ++k) churn(1, 6601 + (size_t)(k % 5));
    double seconds = now() - begin;
    if (seconds > slowest) slowest = seconds;
    usleep(10000);
  }
  puts(slowest < 10 ? "ok" : "held up");
  return 0;
}
