/* Two plugins, one after the other at the same address: each has its own names. */
#include <dlfcn.h>
#include <stdio.h>

#include "guest.h"

static void* use(const char* name) {
  void* plugin = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (plugin == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return NULL;
  }
  void* (*entry)(int) = (void* (*)(int))dlsym(plugin, "plugin_entry");
  KEEP(entry(3));
  dlclose(plugin);
  return (void*)entry;
}

int main(void) {
  void* first = use("plugin_a.so");
  void* second = use("plugin_b.so");
  /* 3: they did not land at the same address, and this guest shows nothing. */
  return first == NULL || second == NULL ? 1 : first != second ? 3 : 0;
}
