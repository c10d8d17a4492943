/* What a parser generator writes: a function of this file, some lines of which are the grammar's. */
#include <stdlib.h>

#include "guest.h"

NOINLINE static void parse(void) {
  void* table = malloc(100);
  KEEP(table);
#line 7 "grammar.y"
  void* node = malloc(20);
  KEEP(node);
#line 13 "generated.c"
}

int main(void) {
  parse();
  return 0;
}
