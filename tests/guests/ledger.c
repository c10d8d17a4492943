/* Memory of every kind that a ledger names, all of it still there when the process ends. The last thing that main does is
 * to print what the kernel says: the Rss line of /proc/self/smaps_rollup. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "guest.h"

#define KIB ((size_t)1 << 10)

static char zeroed_data[512 << 10];
static void* blocks[4000];
static pthread_barrier_t both;

static void* use_stack(void* unused) {
  char deep[300 << 10];
  memset(deep, 1, sizeof deep);
  KEEP(deep);
  pthread_barrier_wait(&both);
  for (;;) pause();
  return unused;
}

NOINLINE static void* keep(size_t bytes) {
  void* block = malloc(bytes);
  memset(block, 1, bytes);
  return block;
}

int main(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  pthread_barrier_init(&both, NULL, 2);
  for (int i = 0; i < 4000; ++i) blocks[i] = keep(1000);  /* 4000 of 1000 bytes in chunks of 1008 */
  for (int i = 0; i < 4000; i += 2) free(blocks[i]);      /* every second one: 2000 remain */
  memset(zeroed_data, 1, sizeof zeroed_data);
  char* mapped = mmap(NULL, 2048 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(mapped, 1, 1024 * KIB);
  char* shared = mmap(NULL, 1024 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(shared, 1, 768 * KIB);
  pthread_t thread;
  pthread_create(&thread, NULL, use_stack, NULL);
  pthread_barrier_wait(&both);

  static char text[4096];
  const int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
  const ssize_t got = read(file, text, sizeof text - 1);
  close(file);
  if (got <= 0) return 1;
  const char* rss = strstr(text, "\nRss:");
  if (rss == NULL) return 1;
  const char* end = strchr(rss + 1, '\n');
  return write(1, rss + 1, (size_t)(end - rss)) == end - rss ? 0 : 1;
}
