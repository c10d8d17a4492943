/* reused_addresses A B: two plugins loaded one after the other, the second where the first was. */
#include <dlfcn.h>

#include "hazard.h"

static void* use(const char* path) {
  void* handle = dlopen(path, RTLD_NOW);
  void (*run)(void) = handle == NULL ? NULL : (void (*)(void))dlsym(handle, "run");
  if (run == NULL) exit(2);
  run();
  dlclose(handle);
  return (void*)run;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  void* first = use(argv[1]);
  void* second = use(argv[2]);
  printf("same place %d\n", first == second);
  return 0;
}
