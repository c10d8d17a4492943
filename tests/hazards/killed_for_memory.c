/* A thousand blocks, then memory without an end: the kernel kills the program where its group of processes may have only so much. */
#include <string.h>

#include "hazard.h"

int main(void) {
  blocks(1000, 5981);
  puts("ok");
  fflush(stdout);
  for (;;) {
    char* more = malloc(1 << 20);
    if (more != NULL) memset(more, 1, 1 << 20);
  }
}
