/* Another preload in front of ours, as many are written: each function looks up the next one when it is first called. The loader frees the
 * message of a look-up that failed before the next one, through this very free. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "hazard.h"

void* malloc(size_t size) {
  static void* (*next)(size_t);
  if (next == NULL) next = (void* (*)(size_t))dlsym(RTLD_NEXT, "malloc");
  return next(size);
}
void free(void* block) {
  static void (*next)(void*);
  if (next == NULL) next = (void (*)(void*))dlsym(RTLD_NEXT, "free");
  next(block);
}
