/* descriptor_limit LIMIT: run under a limit of so many descriptors (it sets it and starts itself again): takes all there are, in order, and goes on
 * allocating without one. */
#include <fcntl.h>
#include <sys/resource.h>

#include "hazard.h"

int main(int argc, char** argv) {
  int limit = argc > 1 ? atoi(argv[1]) : 40;
  if (argc < 3) {
    struct rlimit files = {(rlim_t)limit, (rlim_t)limit};
    setrlimit(RLIMIT_NOFILE, &files);
    char* again[] = {argv[0], argc > 1 ? argv[1] : "40", "limited", NULL};
    execv("/proc/self/exe", again);
    return 2;
  }
  int taken = 0;
  int out_of_order = 0;
  for (int fd = 0; (fd = open("/dev/null", O_RDONLY)) >= 0; ++taken) out_of_order += fd != 3 + taken;
  churn(50000, 7001);
  /* Two may be somebody else's. */
  printf("%s, %s\n", taken >= limit - 3 - 2 ? "enough" : "too few", out_of_order <= 2 ? "in order" : "out of order");
  return 0;
}
