/* Limits its address space to 512 MiB once it runs, as a server does by its configuration: what a profiler has mapped until then counts. */
#include <sys/resource.h>

#include "hazard.h"

int main(void) {
  blocks(100, 5351);
  struct rlimit limit = {512 << 20, 512 << 20};
  setrlimit(RLIMIT_AS, &limit);
  void* large = malloc(300 << 20);
  KEEP(large);
  printf("300 MiB %s\n", large == NULL ? "refused" : "given");
  return 0;
}
