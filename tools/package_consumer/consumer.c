/* A user of the installed marker.h in C. The argument says whether a profiler should be there. */
#include <errno.h>
#include <memline/marker.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  const int expected = argc > 1 && argv[1][0] == '1';
  const uint64_t span = memline_span_begin("work");
  const uint64_t pool = memline_pool_create("pool");
  char* memory = malloc(1000);
  memline_pool_backing(pool, memory, 1000);
  memline_pool_alloc(pool, memory, 10);
  memline_pool_free(pool, memory);
  memline_pool_destroy(pool);
  free(memory);
  errno = 0;
  memline_mark("middle");
  memline_mark_value("value", 1.0);
  memline_span_end(span);
  if (errno != 0 || memline_active() != expected || (span != 0) != expected || (pool != 0) != expected) {
    fprintf(stderr, "consumer: active %d, span %d, pool %d, errno %d\n", memline_active(), span != 0, pool != 0, errno);
    return 1;
  }
  return 0;
}
