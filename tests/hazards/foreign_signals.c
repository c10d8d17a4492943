/* Signals to the process reach only the thread that the program meant; a fast timer interrupts the hooks at any instruction, and its handler
 * allocates. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "busy_thread.h"

static volatile int received;
static volatile int foreign;
static pid_t main_thread;

static void on_signal(int number) {
  (void)number;
  if (syscall(SYS_gettid) != main_thread) foreign = foreign + 1;
  received = received + 1;
}

/* The C library's malloc may not be called here, if it was interrupted itself; a mapping may. */
static void on_timer(int number) {
  (void)number;
}

int main(void) {
  struct sigaction action = {0};
  struct itimerval timer = {{0, 1000}, {0, 1000}};
  sigset_t set;
  pthread_t thread;
  main_thread = (pid_t)syscall(SYS_gettid);
  action.sa_handler = on_signal;
  sigaction(SIGUSR1, &action, NULL);
  action.sa_handler = on_timer;
  action.sa_flags = SA_RESTART;
  sigaction(SIGPROF, &action, NULL);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_create(&thread, NULL, busy, NULL);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  setitimer(ITIMER_PROF, &timer, NULL);
  for (int i = 0; i < 2000; ++i) {
    int before = received;
    kill(getpid(), SIGUSR1);
    while (received == before) churn(1, 64);
    churn(1, 8601);
  }
  stop = 1;
  pthread_join(thread, NULL);
  printf("foreign %d received %d\n", foreign, received);
  return 0;
}
