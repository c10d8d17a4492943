/* Locks all memory that it has and will have, as programs with deadlines do: the trace, which grows by more than a mapping
 * of it has, is not locked with it. */
#include <sys/mman.h>

#include "hazard.h"

/* Of this process, in KiB. */
static long locked(void) {
  char line[256];
  long kib = -1;
  FILE* status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) sscanf(line, "VmLck: %ld", &kib);
  if (status != NULL) fclose(status);
  return kib;
}

int main(void) {
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
    puts("ok"); /* not allowed here */
    return 0;
  }
  const long before = locked();
  for (int i = 0; i < 3000000; ++i) {
    void* p = malloc(5001);
    KEEP(p);
    free(p);
  }
  const long more = locked() - before;
  puts(more < 4096 ? "ok" : "the trace is locked");
  return 0;
}
