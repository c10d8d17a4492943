/* crowd THREADS LEVELS -- threads that all live at once; together they allocate through 2^LEVELS distinct stacks, the
 * paths of a binary tree of calls. */
#include <pthread.h>
#include <stdlib.h>

#include "bench.h"

static int g_levels;
static unsigned long g_threads;
static pthread_barrier_t g_all;

static void descend(unsigned long path, int level);

__attribute__((noinline)) static void left(unsigned long path, int level) {
  descend(path, level);
  __asm__ volatile("# left" ::: "memory");
}

__attribute__((noinline)) static void right(unsigned long path, int level) {
  descend(path, level);
  __asm__ volatile("# right" ::: "memory");
}

__attribute__((noinline)) static void descend(unsigned long path, int level) {
  if (level == 0) {
    void *volatile block = malloc(32);
    free(block);
  } else if (path & 1) {
    right(path >> 1, level - 1);
  } else {
    left(path >> 1, level - 1);
  }
  __asm__ volatile("" ::: "memory");
}

static void *walk(void *argument) {
  const unsigned long paths = 1UL << g_levels;
  pthread_barrier_wait(&g_all);
  for (unsigned long path = (unsigned long)argument; path < paths; path += g_threads) descend(path, g_levels);
  pthread_barrier_wait(&g_all);
  return NULL;
}

int main(int argc, char **argv) {
  g_threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
  g_levels = argc > 2 ? atoi(argv[2]) : 10;
  pthread_t *const thread = calloc(g_threads, sizeof *thread);
  pthread_barrier_init(&g_all, NULL, (unsigned)g_threads + 1);
  for (unsigned long i = 0; i < g_threads; i++) {
    if (pthread_create(&thread[i], NULL, walk, (void *)i) != 0) return 1;
  }
  const uint64_t begin = bench_now_ns();
  pthread_barrier_wait(&g_all);
  pthread_barrier_wait(&g_all);
  const uint64_t end = bench_now_ns();
  bench_report("crowd", end - begin, 1UL << g_levels, 1UL << g_levels);
  for (unsigned long i = 0; i < g_threads; i++) pthread_join(thread[i], NULL);
  return 0;
}
