/* plugin_a.c and plugin_b.c have the same layout, so that one is loaded where the other one was. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void* allocate_in_b(void) {
  void* p = malloc(2222);  // expect allocate_in_b: allocated=3*2222 allocations=3 seen=1
  KEEP(p);
  return p;
}

void* plugin_entry(int times) {
  void* p = NULL;
  for (int i = 0; i < times; ++i) p = allocate_in_b();
  return p;
}
// expect total allocate_in_b: increment=6666
