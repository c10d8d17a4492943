/* Two plugins take turns at the same addresses, with frames of other sizes and lines of their own: nothing that is kept
 * about an address may outlive a dlclose. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"

static void* returns_to[2];
static int calls;

NOINLINE static void* take(size_t size) {
  void* p = malloc(size);  // expect take: any
  returns_to[calls++ % 4 == 0 ? 0 : 1] = __builtin_return_address(0);
  KEEP(p);
  return p;
}

NOINLINE static void narrow(void (*enter)(void* (*)(size_t))) {
  enter(take);  // expect narrow: allocated=4*(10+3*1111) allocations=16 seen=4 peak=10+3*1111
  KEEP(0);
}
NOINLINE static void spread(void (*enter)(void* (*)(size_t))) {
  enter(take);  // expect spread: allocated=4*(20+3*2222) allocations=16 seen=4 peak=20+3*2222
  KEEP(0);
}

static void* use(const char* name, void (*caller)(void (*)(void* (*)(size_t)))) {
  void* plugin = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (plugin == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return NULL;
  }
  void (*enter)(void* (*)(size_t)) = (void (*)(void* (*)(size_t)))dlsym(plugin, "plugin_enter");
  caller(enter);
  dlclose(plugin);
  return (void*)enter;
}

int main(void) {
  void* entry = NULL;
  void* seen[2] = {NULL, NULL};
  for (int round = 0; round < 4; ++round) {
    for (int which = 0; which < 2; ++which) {
      void* found = which == 0 ? use("plugin_narrow.so", narrow) : use("plugin_spread.so", spread);
      if (found == NULL) return 1;
      if (entry == NULL) entry = found, seen[0] = returns_to[0], seen[1] = returns_to[1];
      /* 3: they did not land at the same addresses, and this guest shows nothing. */
      if (found != entry || seen[0] != returns_to[0] || seen[1] != returns_to[1]) return 3;
    }
  }
  return 0;
}
