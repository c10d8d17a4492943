/* The process replaces its program twice, the second time with an empty environment. */
#include "hazard.h"

extern char** environ;

int main(int argc, char** argv) {
  char* none[] = {NULL};
  int stage = argc > 1 ? atoi(argv[1]) : 0;
  blocks(1000, 6101 + (size_t)stage);
  printf("stage %d\n", stage);
  fflush(stdout);
  char number[] = {(char)('1' + stage), '\0'};
  char* command[] = {argv[0], number, NULL};
  if (stage < 2) execve("/proc/self/exe", command, stage == 0 ? environ : none);
  return stage == 2 ? 0 : 98;
}
