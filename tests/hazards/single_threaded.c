/* Counts its threads and leaves its user namespace: both tell if somebody added a thread. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <sched.h>

#include "hazard.h"

int main(void) {
  int threads = -2;
  churn(1000, 8701);
  DIR* folder = opendir("/proc/self/task");
  while (folder != NULL && readdir(folder) != NULL) ++threads;
  if (folder != NULL) closedir(folder);
  printf("threads %d\n", threads);
  int result = unshare(CLONE_NEWUSER);
  printf("unshare %d %d\n", result, result == 0 ? 0 : errno);
  return 0;
}
