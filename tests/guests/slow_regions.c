/* A span that ends long before the program does, which waits for a line on its standard input. */
#include <memline/marker.h>
#include <stdlib.h>
#include <unistd.h>

#include "guest.h"

#define MIB ((size_t)1 << 20)

int main(void) {
  uint64_t first = memline_span_begin("first");
  void* kept = malloc(6 * MIB);
  KEEP(kept);
  void* temporary = malloc(2 * MIB);
  KEEP(temporary);
  free(temporary);
  memline_span_end(first);
  char byte;
  if (read(STDIN_FILENO, &byte, 1) != 1) return 1;
  uint64_t second = memline_span_begin("second");
  free(kept);
  memline_span_end(second);
  return 0;
}
