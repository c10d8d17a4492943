/* A program that brings its own malloc, as one with jemalloc linked into it does. */
#include <stddef.h>

static char memory[1 << 16];
static size_t used;

void* malloc(size_t size) {
  void* block = memory + used;
  used += (size + 15) & ~(size_t)15;
  return used <= sizeof memory ? block : NULL;
}
void free(void* block) {
  (void)block;
}

int main(void) {
  return malloc(1) == NULL;
}
