/* Makes 1000 blocks, says so, and waits for a line: something to look at while it runs. */
#include <stdlib.h>
#include <unistd.h>

#include "guest.h"

NOINLINE static void thousand_blocks(void) {
  for (int i = 0; i < 1000; ++i) {
    void* p = malloc(4255);
    KEEP(p);
  }
}

int main(void) {
  thousand_blocks();
  char byte = '\n';
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) return 1;
  if (read(STDIN_FILENO, &byte, 1) < 0) return 2;
  return 0;
}
