/* A signal handler on an alternate stack that lies above the interrupted thread's stack, while the thread is inside an allocation: sp has gone up,
 * and yet nothing was left behind. The thread runs on a stack below, and faults in a page that its own malloc hands out. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "hazard.h"

#define STACK_BYTES (256 * 1024)

static volatile int handled;

static void on_timer(int number) {
  (void)number;
  /* mmap is safe here, whatever was interrupted; it is hooked like malloc. */
  void* p = mmap(NULL, 8 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return;
  munmap(p, 8 * 4096);
  handled = handled + 1;
}

static void* work(void* upper) {
  stack_t stack = {.ss_sp = upper, .ss_size = STACK_BYTES};
  struct itimerval timer = {{0, 200}, {0, 200}};
  struct itimerval off = {{0, 0}, {0, 0}};
  sigset_t set;
  sigaltstack(&stack, NULL);
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  while (handled < 300) churn(100, 64);
  churn(100000, 8801);
  setitimer(ITIMER_REAL, &off, NULL);
  return NULL;
}

int main(void) {
  char* memory = mmap(NULL, 2 * STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct sigaction action = {0};
  pthread_attr_t attributes;
  pthread_t thread;
  sigset_t set;
  action.sa_handler = on_timer;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, memory, STACK_BYTES);
  pthread_create(&thread, &attributes, work, memory + STACK_BYTES);
  pthread_join(thread, NULL);
  puts("ok");
  return 0;
}
