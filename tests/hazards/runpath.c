/* Calls a library that loads a plugin by its own RUNPATH. */
#include "hazard.h"

int load_by_name(void);

int main(void) {
  printf("answer %d\n", load_by_name());
  return 0;
}
