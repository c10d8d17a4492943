/* Two files with a static function of one name each: two functions, which only their files tell apart. */
#include <stdlib.h>

void* other_file(size_t bytes);

__attribute__((noinline)) static void* make(size_t bytes) {
  char* block = malloc(bytes);
  if (block != NULL) block[0] = 'a';
  return block;
}

int main(void) {
  free(make(1000));
  free(other_file(20));
  return 0;
}
