/* Successful calls leave errno alone, whatever a hook had to do. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include "hazard.h"

static _Atomic long changed;
#define SAME(call)                 \
  do {                             \
    errno = 12345;                 \
    call;                          \
    if (errno != 12345) ++changed; \
  } while (0)

static void* calls(void* unused) {
  for (int i = 0; i < 20000; ++i) {
    void *p, *q, *r = NULL;
    SAME(p = malloc(9801));
    SAME(p = realloc(p, 9900));
    SAME(q = calloc(3, 100));
    SAME(if (posix_memalign(&r, 64, 100) != 0) r = NULL);
    SAME(free(p));
    SAME(free(q));
    SAME(free(r));
    if (i % 16 == 0) {
      SAME(p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
      SAME(munmap(p, 8192));
      SAME(p = memalign(256, 1000));
      SAME(malloc_usable_size(p));
      SAME(free(p));
    }
  }
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, calls, NULL);
  calls(NULL);
  pthread_join(thread, NULL);
  printf("changed %ld\n", changed);
  return 0;
}
