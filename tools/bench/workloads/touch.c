/* touch REPS [WORDS]: REPS times 64 MiB of new memory, of each page WORDS words written (1: nothing but faults). hot_ns is the
 * CPU time of the process, allocs the pages. */
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

enum { kPage = 4096, kBytes = 64 << 20 };

__attribute__((noinline)) static void fill(uint64_t *memory, size_t words) {
  for (size_t page = 0; page < kBytes / kPage; page++) {
    for (size_t i = 0; i < words; i++) memory[page * (kPage / 8) + i] = i;
    __asm__ volatile("" ::: "memory");
  }
}

static uint64_t cpu_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
  return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

int main(int argc, char **argv) {
  int reps = argc > 1 ? atoi(argv[1]) : 10;
  size_t words = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
  uint64_t t0 = cpu_ns();
  for (int i = 0; i < reps; i++) {
    uint64_t *memory = (uint64_t *)mmap(NULL, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || madvise(memory, kBytes, MADV_NOHUGEPAGE) != 0) return 1;
    fill(memory, words);
    munmap(memory, kBytes);
  }
  bench_report("touch", cpu_ns() - t0, (uint64_t)reps * (kBytes / kPage), 0);
  return 0;
}
