/* Brings its own malloc: nothing of it can be seen. */
#include <stddef.h>
#include <string.h>

#include "guest.h"

static _Alignas(16) char arena[1 << 20];
static size_t used;

void* malloc(size_t bytes) {
  void* p = arena + used;
  used += (bytes + 15) / 16 * 16;
  return used <= sizeof arena ? p : NULL;
}
void free(void* p) { (void)p; }
void* calloc(size_t count, size_t bytes) {
  void* p = malloc(count * bytes);
  return p == NULL ? NULL : memset(p, 0, count * bytes);
}
void* realloc(void* p, size_t bytes) {
  void* q = malloc(bytes);
  if (p != NULL && q != NULL) memmove(q, p, bytes);
  return q;
}

int main(void) {
  void* p = malloc(100);
  KEEP(p);
  return 0;
}
