/* Blocks before and after a mark, one of which is freed and one moved. It prints their addresses. */
#include <memline/marker.h>
#include <stdio.h>
#include <stdlib.h>

struct record {
  int values[10];
};
struct record* kept[3];

__attribute__((noinline)) static void drop(struct record* block) {
  free(block);
  __asm__ volatile(""); /* no tail call */
}

int main(int argc, char** argv) {
  static char buffer[1024];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  (void)argv;
  kept[0] = malloc(sizeof(struct record));
  struct record* gone = malloc(3 * sizeof(struct record));
  kept[1] = gone;
  memline_mark("loaded");
  kept[1] = malloc((argc + 1) * sizeof(struct record));
  kept[2] = malloc(500 * sizeof(struct record));
  printf("%p %p %p\n", (void*)kept[1], (void*)gone, (void*)kept[2]);
  drop(gone);
  kept[2] = realloc(kept[2], 100000 * sizeof(struct record));
  if (argc > 1) kept[0] = malloc(7 * sizeof(struct record));
  return 0;
}
