// A user of the installed marker.h in C++. The argument says whether a profiler should be there.
#include <memline/marker.h>

#include <cstdio>
#include <vector>

int main(int argc, char** argv) {
  const bool expected = argc > 1 && argv[1][0] == '1';
  memline::Span span("work");
  memline::SpanAttachment attachment(span.token());
  memline::Pool pool("pool");
  std::vector<char> memory(1000);
  pool.backing(memory.data(), memory.size());
  pool.alloc(memory.data(), 10);
  pool.reset();
  { memline::Pause pause; }
  memline_mark("end");
  if ((memline_active() != 0) != expected || (span.token() != 0) != expected) {
    std::fprintf(stderr, "consumer: active %d, span %d\n", memline_active(), span.token() != 0);
    return 1;
  }
}
