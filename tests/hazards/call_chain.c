/* outer_call, middle_call, inner_call, malloc: built in many ways, of which some have no unwind information. */
#include "hazard.h"

NOINLINE void inner_call(int number) {
  void* p = malloc(9401);
  KEEP(p);
  free(p);
  KEEP(number);
}
NOINLINE void middle_call(int number) {
  inner_call(number + 1);
  KEEP(number);
}
NOINLINE void outer_call(int number) {
  middle_call(number + 1);
  KEEP(number);
}

int main(void) {
  for (int i = 0; i < 100; ++i) outer_call(i);
  puts("ok");
  return 0;
}
