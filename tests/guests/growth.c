/* growth N: lines whose peaks grow with N in every usual way; N is a power of two. tests/e2e/sweep_test.py has the numbers. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void grow(size_t n) {
  size_t log = 0;
  while (((size_t)1 << log) < n) ++log;
  void* constant = malloc(4096); /* O(1) */
  KEEP(constant);
  void* logarithmic = malloc(512 * log); /* O(log n) */
  KEEP(logarithmic);
  void* linear = malloc(8 * n); /* O(n) */
  KEEP(linear);
  void* linearithmic = malloc(8 * n * log); /* O(n log n) */
  KEEP(linearithmic);
  void* quadratic = malloc(n * n); /* O(n^2) */
  KEEP(quadratic);
  free(quadratic);
  free(linearithmic);
  free(linear);
  free(logarithmic);
  free(constant);
}

int main(int argc, char** argv) {
  const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  if (n == 0) return 3;
  grow(n);
  return 0;
}
