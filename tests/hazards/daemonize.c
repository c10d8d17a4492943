/* daemonize FILE: a daemon by two forks, with its working directory at / and 0 to 2 closed; it allocates, runs on after its launcher, and reports to
 * FILE. */
#include <fcntl.h>
#include <sys/stat.h>

#include "hazard.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (fork() != 0) _exit(0);
  setsid();
  if (fork() != 0) _exit(0);
  umask(0);
  if (chdir("/") != 0) return 3;
  for (int i = 0; i < 3; ++i) close(i);
  blocks(2500, 6401);
  usleep(200000);
  blocks(2500, 6401);
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd != 0 || write(fd, "done\n", 5) != 5) return 4;
  close(fd);
  exit(0);
}
