/* Started with 0, 1 and 2 closed: none of our files may take these numbers. It writes to them all the same. */
#include <errno.h>
#include <fcntl.h>

#include "hazard.h"

int main(void) {
  int failures = 0;
  for (int i = 0; i < 1000; ++i) {
    churn(1, 6801);
    for (int fd = 0; fd < 3; ++fd) failures += write(fd, "NOISE\n", 6) != -1 || errno != EBADF;
  }
  failures += open("/dev/null", O_RDONLY) != 0;
  return failures != 0;
}
