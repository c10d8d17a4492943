/* A block freed twice: the C library aborts inside our hook's call, and the handler of SIGABRT allocates. */
#include <signal.h>

#include "hazard.h"

static void on_abort(int number) {
  (void)number;
  churn(100, 8501);
  _exit(42);
}

int main(void) {
  signal(SIGABRT, on_abort);
  if (freopen("/dev/null", "w", stderr) == NULL) return 1;
  char* p = malloc(8502);
  KEEP(p);
  free(p);
  KEEP(p);
  free(p);
  return 0;
}
