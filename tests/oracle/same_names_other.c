#include <stdlib.h>

void* other_file(size_t bytes);

__attribute__((noinline)) static void* make(size_t bytes) {
  char* block = calloc(bytes, 5);
  if (block != NULL) block[0] = 'b';
  return block;
}

void* other_file(size_t bytes) {
  char* block = make(bytes);
  if (block != NULL) block[1] = 'c';
  return block;
}
