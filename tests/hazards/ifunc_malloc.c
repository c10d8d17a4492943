/* The resolver of an indirect function allocates: it runs while the loader still relocates. */
#include "hazard.h"

static void* early;
static int implementation(void) {
  return early != NULL;
}
typedef int (*Function)(void);
__attribute__((used)) static Function resolve(void) {
  early = malloc(7201);
  return implementation;
}
int indirect(void) __attribute__((ifunc("resolve")));

int main(void) {
  printf("allocated %d\n", indirect());
  free(early);
  return 0;
}
