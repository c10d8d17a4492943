/* A C program without libstdc++; the plugin's is not in the global scope. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"

NOINLINE static void host_only(void) {
  void* p = malloc(333);  // expect host_only: allocated=333 allocations=1
  KEEP(p);
  free(p);  // expect host_only: freed=333 frees=1
  KEEP(0);
}

int main(void) {
  host_only();
  void* plugin = dlopen("plugin_cxx.so", RTLD_NOW | RTLD_LOCAL);
  if (plugin == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  void (*entry)(void) = (void (*)(void))dlsym(plugin, "plugin_entry");
  entry();
  KEEP(0);
  return 0;
}
