/* vfork and exec, posix_spawn, system and popen, ten of each, while a thread allocates; a block after each child. */
#define _GNU_SOURCE
#include <spawn.h>
#include <sys/wait.h>

#include "busy_thread.h"

extern char** environ;

static int ended_well(pid_t child) {
  int status = -1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void) {
  char* command[] = {"/bin/true", NULL};
  int good = 0;
  pthread_t thread;
  alarm(50);
  pthread_create(&thread, NULL, busy, NULL);
  for (int i = 0; i < 40; ++i) {
    if (i % 4 == 0) {
      pid_t child = vfork();
      if (child == 0) {
        execve(command[0], command, environ);
        _exit(98);
      }
      good += ended_well(child);
    } else if (i % 4 == 1) {
      pid_t child = 0;
      good += posix_spawn(&child, command[0], NULL, NULL, command, environ) == 0 && ended_well(child);
    } else if (i % 4 == 2) {
      good += system(command[0]) == 0;
    } else {
      FILE* stream = popen(command[0], "r");
      good += stream != NULL && pclose(stream) == 0;
    }
    blocks(1, 6301);
  }
  stop = 1;
  pthread_join(thread, NULL);
  printf("good %d\n", good);
  return 0;
}
