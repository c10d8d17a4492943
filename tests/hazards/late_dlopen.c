/* late_dlopen LIBRARY: loads it while running, as a debugger would; with initial-exec thread-locals it needs room that was set aside. */
#include <dlfcn.h>

#include "hazard.h"

int main(int argc, char** argv) {
  blocks(10, 8301);
  void* handle = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (handle == NULL) puts(dlerror());
  blocks(10, 8301);
  puts("ok");
  return 0;
}
