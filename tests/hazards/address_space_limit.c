/* RLIMIT_AS leaves 64 MiB: the program is told ENOMEM where it would be without us, give or take what we need, and goes on. */
#include <errno.h>
#include <sys/resource.h>

#include "hazard.h"

static long virtual_pages(void) {
  long pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld", &pages) != 1) pages = 0;
  if (file != NULL) fclose(file);
  return pages;
}

int main(void) {
  struct rlimit limit;
  limit.rlim_cur = limit.rlim_max = (rlim_t)(virtual_pages() + 16384) * 4096;
  setrlimit(RLIMIT_AS, &limit);
  int taken = 0;
  while (taken < 200) {
    void* p = malloc(1 << 20);
    KEEP(p);
    if (p == NULL) break;
    ++taken;
  }
  printf("%s, errno %s\n", taken >= 32 && taken <= 64 ? "about 64" : "another number",
         errno == ENOMEM ? "ENOMEM" : "other");
  churn(20000, 5201);
  puts("ok");
  return 0;
}
