/* Writes over its arguments and its environment, as setproctitle does, clears the environment, and starts a child. */
#include <string.h>
#include <sys/wait.h>

#include "hazard.h"

extern char** environ;

int main(int argc, char** argv) {
  (void)argc;
  blocks(500, 6001);
  for (char** entry = environ; *entry != NULL; ++entry) memset(*entry, 'x', strlen(*entry));
  memset(argv[0], '\xff', strlen(argv[0]));
  environ = NULL;
  pid_t child = fork();
  if (child == 0) {
    blocks(5, 6002);
    exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  blocks(500, 6001);
  printf("child %d\n", WEXITSTATUS(status));
  return 0;
}
