/* Gives memory back and later maps it again at the same place, as Lisp systems and emulators do, having allocated in
 * between: whatever the profiler has mapped meanwhile must not lie there. */
#include <string.h>
#include <sys/mman.h>

#include "hazard.h"

#define PLACE (64UL << 20)

static void allocate(int times) {
  for (int i = 0; i < times; ++i) {
    void* p = malloc(5011);
    KEEP(p);
    free(p);
  }
}

static unsigned char* map(void* at, int flags) {
  void* p = mmap(at, PLACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

int main(void) {
  unsigned char* place = map(NULL, 0);
  if (place == NULL) return 2;
  munmap(place, PLACE);
  allocate(2500000); /* more than one mapping of the trace holds */
  if (map(place, MAP_FIXED) != place) return 3;
  memset(place, 0x5A, PLACE);
  allocate(500000);
  size_t wrong = 0;
  for (size_t i = 0; i < PLACE; ++i) wrong += place[i] != 0x5A;
  puts(wrong == 0 ? "ok" : "somebody wrote here");
  return 0;
}
