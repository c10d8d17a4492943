/* close_all_descriptors loop|range: what a daemon does: closes every descriptor from 3 up, opens files of its own, which may get numbers that were
 * ours, and writes to them while it allocates. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>

#include "hazard.h"

#define FILES 4
static const char kText[] = "program\nprogram\nprogram\nprogram\n";

int main(int argc, char** argv) {
  int fds[FILES];
  int failures = 0;
  if (argc > 1 && strcmp(argv[1], "range") == 0) {
    close_range(3, ~0U, 0);
  } else {
    for (int i = 3; i < 2048; ++i) close(i);
  }
  for (int i = 0; i < FILES; ++i) {
    char name[] = "/tmp/memline-hazard-XXXXXX";
    fds[i] = mkstemp(name);
    unlink(name);
    /* At the numbers that are likely to have been ours, too. */
    if (i % 2 == 1) fds[i] = dup2(fds[i], 1000 + i / 2);
    printf("%d ", fds[i]);
  }
  for (int round = 0; round < 4; ++round) {
    churn(20000, 6701);
    for (int i = 0; i < FILES; ++i) failures += write(fds[i], kText + 8 * round, 8) != 8;
  }
  for (int i = 0; i < FILES; ++i) {
    char text[64];
    ssize_t size = pread(fds[i], text, sizeof text, 0);
    failures += size != (ssize_t)sizeof kText - 1 || memcmp(text, kText, sizeof kText - 1) != 0;
  }
  printf("failures %d\n", failures);
  return failures != 0;
}
