/* Allocates through the address of malloc, which is not that of any function: a program at a fixed place has one of its
 * own for it (its PLT entry), under the name malloc. */
#include "hazard.h"

static void* (*volatile allocate)(size_t);

int main(void) {
  allocate = malloc;
  for (int i = 0; i < 1000; ++i) {
    void* p = allocate(5971);
    KEEP(p);
    free(p);
  }
  puts("ok");
  return 0;
}
