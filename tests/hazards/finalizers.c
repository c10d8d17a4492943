/* finalizers LIBRARY: loads and unloads a plugin, ten times. */
#include <dlfcn.h>

#include "hazard.h"

NOINLINE static void unload(void* handle) {
  dlclose(handle);
  KEEP(handle);
}

int main(int argc, char** argv) {
  for (int i = 0; i < 10; ++i) {
    void* handle = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (handle == NULL) return 2;
    unload(handle);
  }
  puts("ok");
  return 0;
}
