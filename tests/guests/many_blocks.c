// Keeps as many blocks as it is told to, after it has made and released as many others: MANY [CHURN]
#include <stdlib.h>

#include "guest.h"

static void** kept;

NOINLINE static void keep(long count) {
  for (long i = 0; i < count; ++i) kept[i] = malloc(24);
}

NOINLINE static void churn(long count) {
  for (long i = 0; i < count; ++i) {
    void* block = malloc(40);
    KEEP(block);
    free(block);
  }
}

int main(int argc, char** argv) {
  const long many = argc > 1 ? atol(argv[1]) : 0;
  churn(argc > 2 ? atol(argv[2]) : 0);
  kept = calloc((size_t)many + 1, sizeof *kept);
  keep(many);
  return 0;
}
