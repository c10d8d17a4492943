/* Which line makes memory resident, and which gives it back. All in whole pages, so that every number is exact; huge
 * pages are off unless the mode is `huge`. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <memline/marker.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

enum { kPage = 4096 };
#define MIB ((size_t)1 << 20)

NOINLINE static void touch(char* memory, size_t bytes, size_t step) {
  for (size_t i = 0; i < bytes; i += step) ((volatile char*)memory)[i] = 1;
  KEEP(memory);
}

static char* take(size_t bytes, int flags) {
  char* const memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (memory == MAP_FAILED) abort();
  return memory;
}

static void* touch_in_thread(void* memory) {
  touch(memory, 4 * MIB, kPage); /* line of the thread */
  KEEP(memory);
  return NULL;
}

/* The kernel writes to these pages, not the program. */
NOINLINE static void fill_from_file(char* memory, size_t bytes) {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  for (size_t i = 0; i < bytes; i += kPage) {
    if (pread(file, memory + i, kPage, 0) != kPage) abort();
  }
  close(file);
}

/* A child that writes to a part of what it inherits: it has copies of that, and shares the rest. */
NOINLINE static void forked(void) {
  char* const inherited = take(16 * MIB, 0);
  char* const shared = take(4 * MIB, 0);
  touch(inherited, 16 * MIB, kPage); /* by the parent */
  touch(shared, 4 * MIB, kPage);
  const pid_t child = fork();
  if (child == 0) {
    touch(inherited, 6 * MIB, kPage); /* by the child */
    char* const own = take(2 * MIB, 0);
    touch(own, 2 * MIB, kPage);
    madvise(inherited + 8 * MIB, 4 * MIB, MADV_DONTNEED);
    _exit(3);
  }
  const pid_t quiet = fork();
  if (quiet == 0) {
    touch(shared, 3 * MIB, kPage); /* by the quiet child */
    _exit(4);
  }
  waitpid(child, NULL, 0);
  waitpid(quiet, NULL, 0);
  KEEP(inherited);
}

NOINLINE static void pages(void) {
  char* const untouched = take(16 * MIB, 0);
  char* const every = take(8 * MIB, 0);
  char* const second = take(8 * MIB, 0);
  char* const other = take(4 * MIB, 0);
  char* const halved = take(8 * MIB, 0);
  char* const unmapped = take(2 * MIB, 0);
  char* const read_in = take(2 * MIB, 0);
  touch(every, 8 * MIB, kPage);
  touch(every, 8 * MIB, kPage); /* for the second time */
  touch(second, 8 * MIB, 2 * kPage);
  pthread_t thread;
  pthread_create(&thread, NULL, touch_in_thread, other);
  pthread_join(thread, NULL);
  touch(halved, 8 * MIB, kPage);
  madvise(halved, 4 * MIB, MADV_DONTNEED);
  touch(unmapped, 2 * MIB, kPage);
  munmap(unmapped, 2 * MIB);
  fill_from_file(read_in, 2 * MIB);
  char* const populated = take(3 * MIB, MAP_POPULATE);
  char* const moving = take(1 * MIB, 0);
  touch(moving, 1 * MIB, kPage);
  char* const moved = mremap(moving, 1 * MIB, 64 * MIB, MREMAP_MAYMOVE);
  munmap(moved, 64 * MIB);
  char* const block = malloc(5 * MIB);
  touch(block, 5 * MIB, kPage);
  memline_mark("all of it");
  free(block);
  KEEP(untouched);
  KEEP(populated);
}

NOINLINE static void huge(void) {
  char* const memory = take(8 * MIB, 0);
  char* const aligned = (char*)(((size_t)memory + 2 * MIB - 1) & ~(2 * MIB - 1));
  madvise(aligned, 4 * MIB, MADV_HUGEPAGE);
  touch(aligned, 4 * MIB, kPage);
  KEEP(aligned);
}

/* Nobody writes to these blocks but the allocator, which notes the size of what is left behind each: on every page, for a block
 * is smaller than a page. */
NOINLINE static void noted_by_the_allocator(void) {
  static void* kept[2000];
  for (int i = 0; i < 2000; ++i) {
    kept[i] = malloc(4000); /* 2000 chunks of 4016 bytes */
  }
  KEEP(kept);
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "inside") == 0) {
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    noted_by_the_allocator();
    return 0;
  }
  const int is_huge = argc > 1 && strcmp(argv[1], "huge") == 0;
  if (!is_huge) prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  if (is_huge) {
    huge();
  } else if (argc > 1 && strcmp(argv[1], "fork") == 0) {
    forked();
  } else {
    pages();
  }
  return 0;
}
