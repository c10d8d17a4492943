// Calls the whole marker API from two C and two C++ files. Prints and returns 0 when everything answered as it must
// without a profiler, 1 otherwise; with the argument "profiled", as it must with one.
#include <memline/marker.h>

#include <cstdio>
#include <cstring>

#include "marker_calls.h"

int main(int argc, char** argv) {
  const bool profiled = argc > 1 && std::strcmp(argv[1], "profiled") == 0;
  const int from_c = call_everything_from_c();
  const int from_cpp = call_everything_from_cpp();
  const int second = active_from_second_c_file();
  const int active = memline_active();
  std::printf("c %d cpp %d second %d active %d\n", from_c, from_cpp, second, active);
  // From C: active, span and pool; from C++ a span, but not active, since it asks while a Pause is alive.
  if (profiled) return from_c == 3 && from_cpp == 1 && second == 1 && active == 1 ? 0 : 1;
  return from_c == 0 && from_cpp == 0 && second == 0 && active == 0 ? 0 : 1;
}
