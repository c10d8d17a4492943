/* What is counted and sampled from outside: page faults, each of which is a sample, and CPU time by the program's own
 * clock. Huge pages are off and all blocks are whole pages, so that every number of faults is exact but for those of the
 * stack and of code. `sampled MODE`. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "sampling.h"

enum { kPage = 4096, kPages = 1024 };

NOINLINE static void touch(char* memory, int pages) {
  for (int i = 0; i < pages; ++i) ((volatile char*)memory)[(size_t)i * kPage] = 1;
  KEEP(memory);
}

static char* take(int pages) {
  char* const memory = mmap(NULL, (size_t)pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  return memory;
}

/* ---- faults: which line touches how many pages ---- */

static void* touch_in_thread(void* memory) {
  touch(memory, 3 * kPages);  /* in a thread that allocates nothing */
  KEEP(memory);
  return NULL;
}

/* More stack than the kernel copies with a fault. */
NOINLINE static void touch_deep_down(char* memory, int depth) {
  char frame[512];
  memset(frame, depth, sizeof frame);
  KEEP(frame);
  if (depth > 0) {
    touch_deep_down(memory, depth - 1);
  } else {
    allocate(); /* from here the outer frames are known */
    touch(memory, kPages);
  }
  KEEP(frame);
}

NOINLINE static void faults(void) {
  char* const first = take(kPages);
  char* const second = take(2 * kPages);
  char* const other = take(3 * kPages);
  char* const deep = take(kPages);
  touch(first, kPages);
  touch(second, 2 * kPages);
  touch(first, kPages); /* again: they are there already */
  pthread_t thread;
  pthread_create(&thread, NULL, touch_in_thread, other);
  pthread_join(thread, NULL);
  touch_deep_down(deep, 30);
  KEEP(deep);
}

/* ---- children: each has samples of its own ---- */

NOINLINE static void child_touches(char* memory) {
  touch(memory, kPages);
  KEEP(memory);
}

NOINLINE static void children(char** argv) {
  char* const memory = take(kPages);
  allocate();
  const pid_t child = fork();
  if (child == 0) {
    allocate();
    child_touches(memory);
    execl(argv[0], argv[0], "faults", NULL);
    abort();
  }
  waitpid(child, NULL, 0);
  KEEP(memory);
}

/* ---- time: by the thread's own clock ---- */

NOINLINE static void work(void) {
  allocate();
  spin(300);
  spin(100);
  KEEP(&cpu_ns);
}

int main(int argc, char** argv) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  const char* const mode = argc > 1 ? argv[1] : "faults";
  if (strcmp(mode, "faults") == 0) faults();
  if (strcmp(mode, "children") == 0) children(argv);
  if (strcmp(mode, "time") == 0) work();
  return 0;
}
