/* processes WAY: starts a child in this way; every process makes as many blocks of a size of its own. `processes blocks N BYTES`
 * is what the children run: N blocks of BYTES that are never freed. `processes moved FOLDER` forks a child in that folder and goes
 * on there with another program. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

extern char** environ;

NOINLINE static void blocks(int count, size_t bytes) {
  for (int i = 0; i < count; ++i) {
    void* p = malloc(bytes);
    KEEP(p);
  }
}

NOINLINE static int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

NOINLINE static int forked(void) {
  void* inherited = malloc(5000);
  KEEP(inherited);
  pid_t child = fork();
  if (child == 0) {
    free(inherited);
    KEEP(0);
    blocks(7, 700);
    exit(7);
  }
  int status = wait_for(child);
  blocks(3, 300);
  return status;
}

/* A child that allocates nothing and frees nothing, and ends after a tenth of a second. */
NOINLINE static int forked_idle(void (*end)(int)) {
  void* inherited = malloc(5000);
  KEEP(inherited);
  pid_t child = fork();
  if (child == 0) {
    usleep(100000);
    end(7);
  }
  int status = wait_for(child);
  blocks(3, 300);
  return status;
}

NOINLINE static int executed(pid_t (*start)(void), char** command) {
  pid_t child = start();
  if (child == 0) {
    execve("/proc/self/exe", command, environ);
    _exit(98);
  }
  int status = wait_for(child);
  blocks(3, 300);
  return status;
}

int main(int argc, char** argv) {
  const char* way = argc > 1 ? argv[1] : "";
  if (strcmp(way, "blocks") == 0 && argc == 4) {
    blocks(atoi(argv[2]), strtoul(argv[3], NULL, 10));
    return 7;
  }
  char* command[] = {argv[0], "blocks", "7", "700", NULL};
  char line[4096];
  snprintf(line, sizeof line, "%s blocks 7 700", argv[0]);
  if (strcmp(way, "fork") == 0) return forked();
  if (strcmp(way, "idle_exit") == 0) return forked_idle(exit);
  if (strcmp(way, "idle__exit") == 0) return forked_idle(_exit);
  if (strcmp(way, "fork_exec") == 0) return executed(fork, command);
  if (strcmp(way, "vfork") == 0) {
    pid_t child = vfork();
    if (child == 0) {
      execve("/proc/self/exe", command, environ);
      _exit(98);
    }
    int status = wait_for(child);
    blocks(3, 300);
    return status;
  }
  if (strcmp(way, "exec") == 0) {
    blocks(3, 300);
    char* next[] = {argv[0], "exec2", NULL};
    execv("/proc/self/exe", next);
    return 98;
  }
  if (strcmp(way, "moved") == 0 && argc == 3) {
    blocks(3, 300);
    if (chdir(argv[2]) != 0) return 95;
    pid_t child = fork();
    if (child == 0) {
      blocks(5, 500);
      exit(0);
    }
    if (wait_for(child) != 0) return 94;
    execv("/proc/self/exe", command);
    return 98;
  }
  if (strcmp(way, "exec2") == 0) {
    blocks(5, 500);
    execv("/proc/self/exe", command);
    return 98;
  }
  if (strcmp(way, "exec_fails") == 0) {
    blocks(3, 300);
    execv("/nonexistent", command);
    blocks(4, 400);
    return 7;
  }
  if (strcmp(way, "spawn") == 0) {
    pid_t child = 0;
    int failed = posix_spawn(&child, "/proc/self/exe", NULL, NULL, command, environ);
    int status = failed != 0 ? 97 : wait_for(child);
    blocks(3, 300);
    return status;
  }
  if (strcmp(way, "system") == 0) {
    int status = system(line);
    blocks(3, 300);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
  }
  if (strcmp(way, "popen") == 0) {
    FILE* stream = popen(line, "r");
    int status = stream == NULL ? -1 : pclose(stream);
    blocks(3, 300);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
  }
  fprintf(stderr, "unknown way: %s\n", way);
  return 96;
}
