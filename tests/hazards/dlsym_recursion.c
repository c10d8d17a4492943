/* Looks up names that exist and names that do not, with the error texts that the loader allocates, in a constructor and in main. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "hazard.h"

static int found;
static int errors;

static void look_up(void) {
  for (int i = 0; i < 500; ++i) {
    found += dlsym(RTLD_NEXT, "calloc") != NULL;
    found += dlsym(RTLD_NEXT, "no_such_function") != NULL;
    const char* error = dlerror();
    errors += error != NULL;
    blocks(1, 7301);
  }
}

__attribute__((constructor)) static void construct(void) {
  look_up();
}

int main(void) {
  look_up();
  printf("found %d errors %d\n", found, errors);
  return 0;
}
