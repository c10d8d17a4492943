/* Asks for blocks: one that lives, one that is gone, what is none, and a mapping. tests/e2e/heap_test.py has the answers. */
#define _GNU_SOURCE
#include <memline/marker.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct record {
  int values[10];
};
struct record* kept;

__attribute__((noinline)) static void drop(struct record* block) {
  free(block);
  __asm__ volatile(""); /* no tail call */
}

int main(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  kept = malloc(3 * sizeof(struct record));
  usleep(20000);
  memline_block(&kept[1].values[2]);
  drop(kept);
  usleep(20000);
  memline_block(kept);
  memline_block(&kept);
  char* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return 1;
  memline_block(pages + page);
  munmap(pages, 2 * page);
  kept = malloc(7 * sizeof(struct record)); /* after the last question */
  return 0;
}
