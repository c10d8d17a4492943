// The C++ side of the marker test: the RAII types.
#include <memline/marker.h>

#include "marker_calls.h"

int call_everything_from_cpp() {
  char memory[64];
  const memline::Span span("span");
  const memline::SpanAttachment attachment(span.token());
  const memline::Pause pause;
  const memline::Pool pool("pool");
  pool.backing(memory, sizeof memory);
  pool.alloc(memory, 16);
  pool.realloc(memory, memory, 32);
  pool.free(memory);
  pool.reset();
  return memline_active() + (span.token() != 0 ? 1 : 0);
}
