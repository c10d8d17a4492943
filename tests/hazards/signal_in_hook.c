/* A timer at 2 kHz interrupts the hooks at whatever instruction they are; the handler makes mappings, which are hooked and async-signal-safe, and
 * takes the stack with the program's own unwinder. */
#define _GNU_SOURCE
#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "hazard.h"

static volatile long mapped;

static void on_timer(int number) {
  (void)number;
  void* frames[64];
  void* p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return;
  backtrace(frames, 64);
  munmap(p, 4096);
  mapped = mapped + 1;
}

int main(void) {
  void* frames[4];
  struct sigaction action = {0};
  struct itimerval timer = {{0, 500}, {0, 500}};
  struct itimerval off = {{0, 0}, {0, 0}};
  backtrace(frames, 4); /* loads libgcc_s now, not in the handler */
  action.sa_handler = on_timer;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  while (mapped < 200) churn(100, 64);
  churn(100000, 8651);
  setitimer(ITIMER_REAL, &off, NULL);
  puts("ok");
  return 0;
}
