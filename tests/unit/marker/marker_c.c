// The C side of the marker test: everything that C offers, from C99.
#include <errno.h>
#include <memline/marker.h>

#include "marker_calls.h"

int call_everything_from_c(void) {
  static char memory[256];
  errno = ERANGE;
  memline_mark("mark");
  memline_mark_value("value", 1.5);
  const uint64_t span = memline_span_begin("span");
  memline_span_attach(span);
  memline_span_detach(span);
  memline_span_end(span);
  memline_pause();
  memline_resume();
  const uint64_t pool = memline_pool_create("pool");
  memline_pool_backing(pool, memory, sizeof memory);
  memline_pool_alloc(pool, memory, 16);
  memline_pool_realloc(pool, memory, memory + 32, 32);
  memline_pool_free(pool, memory + 32);
  memline_pool_reset(pool);
  memline_pool_destroy(pool);
  memline_block(memory);
  return errno == ERANGE ? memline_active() + (span != 0) + (pool != 0) : -1;
}
