/* starts_child WAY PROGRAM: runs it once, without a process in between of which there could be a trace. */
#define _GNU_SOURCE
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "hazard.h"

extern char** environ;

int main(int argc, char** argv) {
  char* command[] = {argv[2], "exit", NULL};
  pid_t child = -1;
  int status = -1;
  blocks(1, 5991);
  if (argc < 3) return 1;
  if (strcmp(argv[1], "posix_spawn") == 0) {
    if (posix_spawn(&child, command[0], NULL, NULL, command, environ) != 0) return 2;
  } else if (strcmp(argv[1], "posix_spawnp") == 0) {
    if (posix_spawnp(&child, command[0], NULL, NULL, command, environ) != 0) return 2;
  } else {
    child = vfork();
    if (child == 0) {
      execve(command[0], command, environ);
      _exit(98);
    }
  }
  if (waitpid(child, &status, 0) != child) return 3;
  printf("child %d\n", WEXITSTATUS(status));
  return 0;
}
