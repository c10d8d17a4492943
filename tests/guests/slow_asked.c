/* Asks for a block long before the program ends, which waits for a line on its standard input, and for it again when it is gone. */
#include <memline/marker.h>
#include <stdlib.h>
#include <unistd.h>

struct record {
  int values[10];
};
struct record* kept;

__attribute__((noinline)) static struct record* make(size_t count) {
  struct record* made = malloc(count * sizeof(struct record));
  __asm__ volatile("" ::: "memory");
  return made;
}

int main(void) {
  kept = make(3);
  memline_block(&kept[1]);
  char byte;
  if (read(STDIN_FILENO, &byte, 1) != 1) return 1;
  free(kept);
  memline_block(kept);
  return 0;
}
