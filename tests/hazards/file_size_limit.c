/* Sets RLIMIT_FSIZE to 64 KiB: a write beyond that, or a reservation, is a signal that kills. */
#include <sys/resource.h>

#include "hazard.h"

int main(void) {
  struct rlimit limit = {65536, 65536};
  churn(1000, 6501);
  setrlimit(RLIMIT_FSIZE, &limit);
  for (int i = 0; i < 400000; ++i) churn(1, 6502 + (size_t)i % 7);
  puts("ok");
  return 0;
}
