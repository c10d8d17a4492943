/* Mappings cut in pieces, mapped over, moved, grown and shrunk; 7 live pages of them are left, as the kernel counts. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hazard.h"

#define PAGE 4096L

static char* map_at(char* at, long pages, int flags) {
  return mmap(at, (size_t)(pages * PAGE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

int main(void) {
  char* area = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(area, 64 * PAGE);
  map_at(area, 10, MAP_FIXED);                               /* 10 */
  munmap(area + 2 * PAGE, 2 * PAGE);                         /* a hole: 8 */
  map_at(area + 2 * PAGE, 1, MAP_FIXED);                     /* one of them again: 9 */
  map_at(area, 2, MAP_FIXED);                                /* over live ones: 9 */
  map_at(area + 10 * PAGE, 4, MAP_FIXED);                    /* a neighbour: 13 */
  munmap(area + 8 * PAGE, 4 * PAGE);                         /* across both: 9 */
  char* other = map_at(area + 20 * PAGE, 2, MAP_FIXED);      /* 11 */
  other = mremap(other, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE); /* 12 */
  memset(other, 1, 3 * PAGE);
  madvise(other, 3 * PAGE, MADV_DONTNEED);  /* still mapped */
  other = mremap(other, 3 * PAGE, PAGE, 0); /* 10 */
  munmap(other, 5 * PAGE);                  /* beyond what is mapped: 9 */
  munmap(area, 2 * PAGE);                   /* 7 */
  if (sbrk(PAGE) == (void*)-1) return 2;
  sbrk(-PAGE);
  long live = 0;
  unsigned long begin, end;
  char line[512];
  FILE* maps = fopen("/proc/self/maps", "r");
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%lx-%lx", &begin, &end) != 2) continue;
    if (begin >= (unsigned long)area && end <= (unsigned long)area + 16 * PAGE) live += (long)(end - begin) / PAGE;
  }
  if (maps != NULL) fclose(maps);
  printf("live %ld\n", live);
  return 0;
}
