#include <stdio.h>
#include <stdlib.h>

enum { kEntries = 8 << 20, kUsed = 1 << 20 };

/* A large table, of which an eighth is used. */
static double* make_table(size_t entries) {
  return malloc(entries * sizeof(double));  // 8 Mi entries, of which one million is ever written
}

int main(void) {
  double* table = make_table(kEntries);
  for (size_t i = 0; i < kUsed; ++i) table[i] = 1.0 / (double)(i + 1);
  double sum = 0;
  for (size_t i = 0; i < kUsed; ++i) sum += table[i];
  printf("%f\n", sum);

  free(table);
  return 0;
}
