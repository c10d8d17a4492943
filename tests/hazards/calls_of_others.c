/* Uses the calls that allocating_preload.c takes over, in between allocations. */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "hazard.h"

int main(void) {
  int failures = 0;
  for (int i = 0; i < 1000; ++i) {
    sigset_t set;
    int fd = open("/dev/null", O_WRONLY);
    failures += write(fd, "x", 1) != 1;
    close(fd);
    void* p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    failures += p == MAP_FAILED;
    munmap(p, 4096);
    sigprocmask(SIG_BLOCK, NULL, &set);
    blocks(1, 7701);
  }
  printf("failures %d\n", failures);
  return 0;
}
