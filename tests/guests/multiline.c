/* Where compilers put a call in a statement of several lines: at the line of the callee's name, or of the statement.
 * Whatever they choose, the bytes stand on exactly one line of the statement, and the statement as a whole is right. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void spread(void) {
  void* p =                        // expect spread: part=1
      malloc(                      // expect spread: part=1
          (size_t)40 *             // expect spread: part=1
          25);                     // expect spread: part=1 whole: allocated=1000 allocations=1
  KEEP(p);
  void* pair[2] = {malloc(10),     // expect spread: allocated=10 allocations=1
                   malloc(20)};    // expect spread: allocated=20 allocations=1
  KEEP(pair[0]);
  KEEP(pair[1]);
  free(                            // expect spread: part=2
      p);                          // expect spread: part=2 whole: freed=1000 frees=1
  KEEP(0);
}
// expect total spread: increment=30 allocated=1030 freed=1000 allocations=3 frees=1 peak=1030

int main(void) {
  spread();
  return 0;
}
