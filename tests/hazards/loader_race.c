/* loader_race LIBRARY: two threads load and unload it, two allocate, one allocates in the callback of dl_iterate_phdr, which holds the loader's
 * lock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>

#include "busy_thread.h"

static const char* library;

static void* load(void* unused) {
  for (int i = 0; i < 1500; ++i) {
    void* handle = dlopen(library, RTLD_NOW);
    if (handle != NULL) dlclose(handle);
    churn(1, 7401);
  }
  stop = 1;
  return unused;
}
static int allocate(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)info, (void)size, (void)unused;
  churn(1, 100);
  return 0;
}
static void* iterate(void* unused) {
  while (!stop) {
    dl_iterate_phdr(allocate, NULL);
    usleep(20);
  }
  return unused;
}

int main(int argc, char** argv) {
  void* (*const jobs[])(void*) = {load, load, busy, busy, iterate};
  pthread_t threads[5];
  library = argc > 1 ? argv[1] : "libm.so.6";
  alarm(50);
  for (int i = 0; i < 5; ++i) pthread_create(&threads[i], NULL, jobs[i], NULL);
  for (int i = 0; i < 5; ++i) pthread_join(threads[i], NULL);
  puts("ok");
  return 0;
}
