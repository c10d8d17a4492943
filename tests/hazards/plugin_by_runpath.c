/* A library whose RUNPATH is the only way to plugin_of_runpath.so: whoever called dlopen in its place would not find it. */
#include <dlfcn.h>

#include "hazard.h"

int load_by_name(void) {
  void* handle = dlopen("plugin_of_runpath.so", RTLD_NOW);
  if (handle == NULL) return -1;
  int (*answer)(void) = (int (*)(void))dlsym(handle, "answer");
  return answer == NULL ? -2 : answer();
}
