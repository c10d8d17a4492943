/* A function that does little but wait between two small blocks; one thread. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

#include "guest.h"

NOINLINE static void wait_between(void) {
  void* first = malloc(10);
  KEEP(first);
  const struct timespec pause = {0, 300000000};
  nanosleep(&pause, NULL);
  void* second = malloc(10);
  KEEP(second);
  free(second);
  free(first);
}

int main(void) {
  wait_between();
  return 0;
}
