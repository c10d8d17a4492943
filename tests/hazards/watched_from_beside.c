/* Looks for any trace of a process that was started beside it: children of all kinds, threads, descriptors, signals; and signals its own process
 * group. "adopting COMMAND...": orphans come to the command as its children, which is preloaded with $HAZARD_PRELOAD. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "hazard.h"

static volatile sig_atomic_t children_ended;

static void on_child(int signal) {
  (void)signal;
  ++children_ended;
}

static void wait_for_anybody(const char* when, int kinds) {
  errno = 0;
  int result = waitpid(-1, NULL, WNOHANG | kinds);
  printf("%s: wait %d, errno %d\n", when, result, errno);
}

static int count_entries(const char* path) {
  int entries = -2;
  DIR* folder = opendir(path);
  while (folder != NULL && readdir(folder) != NULL) ++entries;
  if (folder != NULL) closedir(folder);
  return entries;
}

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[1], "adopting") == 0) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setenv("LD_PRELOAD", getenv("HAZARD_PRELOAD") == NULL ? "" : getenv("HAZARD_PRELOAD"), 1);
    execv(argv[2], argv + 2);
    return 1;
  }
  const int all_kinds = argc > 1 ? 0 : __WALL; /* where orphans are adopted, there is one that __WALL shows */
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  wait_for_anybody("at first", all_kinds);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  printf("blocked %d, threads %d\n", sigismember(&blocked, SIGTERM) + sigismember(&blocked, SIGINT),
         count_entries("/proc/self/task"));
  int lowest = open("/dev/null", O_RDONLY);
  printf("lowest descriptor %d\n", lowest);
  close(lowest);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  if (kill(0, SIGTERM) != 0 || kill(0, SIGHUP) != 0 || kill(0, SIGINT) != 0) return 2;
  churn(1000, 8751);
  usleep(100000);
  wait_for_anybody("at last", all_kinds);
  printf("children ended %d\n", children_ended);
  int result = unshare(CLONE_NEWUSER);
  printf("unshare %d %d\n", result, result == 0 ? 0 : errno);
  return 0;
}
