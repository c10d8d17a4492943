/* Starts itself again with RLIMIT_AS at 512 MiB: a profiler has to begin with less room than it would like. */
#include <sys/resource.h>

#include "hazard.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    struct rlimit limit = {512 << 20, 512 << 20};
    setrlimit(RLIMIT_AS, &limit);
    char* again[] = {argv[0], "again", NULL};
    execv("/proc/self/exe", again);
    return 2;
  }
  blocks(100, 5301);
  void* large = malloc(300 << 20);
  KEEP(large);
  printf("300 MiB %s\n", large == NULL ? "refused" : "given");
  return 0;
}
