/* A sampling profiler within the program: a timer's handler takes a backtrace, of threads that are inside a hook most of the time. */
#include <execinfo.h>
#include <signal.h>
#include <sys/time.h>

#include "busy_thread.h"

enum { kThreads = 3, kDeepest = 64, kWanted = 300 };

static volatile int taken;
static volatile int cut_short;

static void on_timer(int number) {
  void* frames[kDeepest];
  const int depth = backtrace(frames, kDeepest);
  (void)number;
  if (depth < 4) cut_short = 1; /* the handler, its return, and at least a function and what started it */
  __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
}

int main(void) {
  struct sigaction action = {0};
  struct itimerval timer = {{0, 1000}, {0, 1000}};
  pthread_t threads[kThreads];
  void* frames[kDeepest];
  backtrace(frames, kDeepest); /* what it loads on its first call is loaded here */
  action.sa_handler = on_timer;
  action.sa_flags = SA_RESTART;
  sigaction(SIGPROF, &action, NULL);
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, busy, NULL);
  setitimer(ITIMER_PROF, &timer, NULL);
  for (int i = 0; i < 100000 || taken < kWanted; ++i) churn(1, 64);
  stop = 1;
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  printf("cut short: %d\n", cut_short);
  return 0;
}
