/* Allocates before any constructor of a library can have run, in a constructor, and in main. */
#include "hazard.h"

static void early(int argc, char** argv, char** environment) {
  blocks(1, 7101);
  (void)argc, (void)argv, (void)environment;
}
__attribute__((section(".preinit_array"), used)) static void (*early_entry)(int, char**, char**) = early;

__attribute__((constructor)) static void construct(void) {
  blocks(1, 7102);
}

int main(void) {
  blocks(1, 7103);
  puts("ok");
  return 0;
}
