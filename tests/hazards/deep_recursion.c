/* Allocates below 50000 frames, and once at each level on the way down. The stored stack is cut, and says so. */
#include <sys/resource.h>

#include "hazard.h"

NOINLINE static int down(int depth) {
  blocks(1, 9001);
  int result = depth == 0 ? 0 : down(depth - 1) + 1;
  if (depth == 0) churn(2000, 9002);
  KEEP(result);
  return result;
}

int main(int argc, char** argv) {
  struct rlimit limit;
  getrlimit(RLIMIT_STACK, &limit);
  if (argc < 2 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < (64 << 20)) {
    limit.rlim_cur = 64 << 20;
    setrlimit(RLIMIT_STACK, &limit);
    char* again[] = {argv[0], "again", NULL};
    execv("/proc/self/exe", again);
  }
  printf("depth %d\n", down(50000));
  return 0;
}
