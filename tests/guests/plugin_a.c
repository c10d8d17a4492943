/* plugin_a.c and plugin_b.c have the same layout, so that one is loaded where the other one was. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void* allocate_in_a(void) {
  void* p = malloc(1111);  // expect allocate_in_a: allocated=3*1111 allocations=3 seen=1
  KEEP(p);
  return p;
}

void* plugin_entry(int times) {
  void* p = NULL;
  for (int i = 0; i < times; ++i) p = allocate_in_a();
  return p;
}
// expect total allocate_in_a: increment=3333
