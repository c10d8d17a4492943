/* other_namespace LIBRARY: dlmopen gives a plugin a namespace and a C library of its own. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "hazard.h"

int main(int argc, char** argv) {
  void* handle = argc > 1 ? dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW) : NULL;
  int (*answer)(void) = handle == NULL ? NULL : (int (*)(void))dlsym(handle, "answer");
  if (answer == NULL) return 2;
  for (int i = 0; i < 100; ++i) {
    if (answer() != 42) return 3;
    churn(10, 5902);
  }
  puts("ok");
  return 0;
}
