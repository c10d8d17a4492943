/* Blocks are where the allocator put them, neither moved nor padded: O_DIRECT wants its alignment. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <string.h>

#include "hazard.h"

int main(void) {
  void* block = NULL;
  if (posix_memalign(&block, 4096, 8192) != 0) return 2;
  memset(block, 'x', 8192);
  printf("aligned %d\n", (unsigned long)block % 4096 == 0);
  char name[] = "./memline-hazard-XXXXXX";
  int fd = mkostemp(name, O_DIRECT);
  if (fd >= 0) unlink(name);
  printf("written %d\n", fd < 0 || write(fd, block, 8192) == 8192);
  return 0;
}
