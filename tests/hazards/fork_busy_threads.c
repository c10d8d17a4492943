/* fork_busy_threads N: N children, one after the other, while three threads allocate and free all the time and atfork handlers allocate too. Each
 * child allocates, forks a child of its own, and ends through exit(). */
#include <sys/wait.h>

#include "busy_thread.h"

static void at_fork(void) {
  churn(1, 77);
}

static int wait_for(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

int main(int argc, char** argv) {
  int count = argc > 1 ? atoi(argv[1]) : 100;
  int failures = 0;
  pthread_t threads[3];
  alarm(50);
  pthread_atfork(at_fork, at_fork, at_fork);
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, busy, NULL);
  for (int i = 0; i < count; ++i) {
    churn(1, 6201);
    pid_t child = fork();
    if (child == 0) {
      alarm(20);
      blocks(1, 6202);
      pid_t grandchild = fork();
      if (grandchild == 0) {
        blocks(1, 6203);
        exit(0);
      }
      exit(wait_for(grandchild) != 0);
    }
    failures += wait_for(child) != 0;
  }
  stop = 1;
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  printf("children %d failures %d\n", count, failures);
  return failures != 0;
}
