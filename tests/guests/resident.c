/* How much of what was asked for is in RAM. All in whole pages of 4 KiB, so that every number is exact; huge pages are
 * off, and what was looked at is what stands before the first block is given back, and at the end. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <memline/marker.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "guest.h"

enum { kPage = 4096 };
#define MIB ((size_t)1 << 20)

NOINLINE static void touch(char* memory, size_t bytes, size_t step) {
  for (size_t i = 0; i < bytes; i += step) ((volatile char*)memory)[i] = 1;
}

static void* touch_all(void* memory) {
  touch(memory, 4 * MIB, kPage);
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

int main(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  char* untouched = aligned_alloc(kPage, 16 * MIB);  // expect site: at_peak=16*1048576 resident_at_peak=0 resident_at_end=0
  char* zeroed = calloc(16, MIB);                    // expect site: at_peak=16*1048576
  char* every = aligned_alloc(kPage, 8 * MIB);       // expect site: at_peak=8*1048576 resident_at_peak=8*1048576
  char* second = aligned_alloc(kPage, 8 * MIB);      // expect site: at_peak=8*1048576 resident_at_peak=4*1048576
  char* other = aligned_alloc(kPage, 4 * MIB);       // expect site: at_peak=4*1048576 resident_at_peak=4*1048576
  char* read_in = aligned_alloc(kPage, 2 * MIB);     // expect site: at_peak=2*1048576 resident_at_peak=2*1048576
  char* given_back = aligned_alloc(kPage, 8 * MIB);  // expect site: at_peak=8*1048576 resident_at_peak=4*1048576
  char* kept = aligned_alloc(kPage, 4 * MIB);        // expect site: at_end=4*1048576 resident_at_peak=1048576 resident_at_end=2*1048576
  char* mapped = mmap(NULL, 6 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // expect site: at_peak=6*1048576 resident_at_peak=3*1048576 at_end=4*1048576 resident_at_end=2*1048576
  KEEP(untouched);
  KEEP(zeroed);

  touch(every, 8 * MIB, kPage);
  touch(second, 8 * MIB, 2 * kPage);
  pthread_t thread;
  pthread_create(&thread, NULL, touch_all, other);
  pthread_join(thread, NULL);
  fill_from_file(read_in, 2 * MIB);
  touch(given_back, 8 * MIB, kPage);
  madvise(given_back, 4 * MIB, MADV_DONTNEED);
  touch(kept, 1 * MIB, kPage);
  touch(mapped, 6 * MIB, 2 * kPage);
  memline_mark("all of it");

  free(every);
  free(untouched);
  free(zeroed);
  free(second);
  free(other);
  free(read_in);
  free(given_back);
  touch(kept, 2 * MIB, kPage);
  munmap(mapped + 4 * MIB, 2 * MIB);
  KEEP(kept);
  return 0;
}
