/* Blocks that are seen once only: allocated behind our back and freed in front of it, and the reverse. */
#include "hazard.h"

extern void* __libc_malloc(size_t);
extern void __libc_free(void*);

int main(void) {
  for (int i = 0; i < 1000; ++i) {
    void* p = __libc_malloc(5401);
    KEEP(p);
    free(p);
  }
  for (int i = 0; i < 1000; ++i) {
    void* p = malloc(5402);
    KEEP(p);
    __libc_free(p);
  }
  puts("ok");
  return 0;
}
