/* deepbind LIBRARY: RTLD_DEEPBIND looks a plugin's names up in itself and its own libraries first: it gets the C library's malloc, not ours. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "hazard.h"

int main(int argc, char** argv) {
  void* handle = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND) : NULL;
  int (*answer)(void) = handle == NULL ? NULL : (int (*)(void))dlsym(handle, "answer");
  if (answer == NULL) return 2;
  printf("answer %d\n", answer());
  blocks(10, 5802);
  return 0;
}
