/* Overflows its stack while allocating, five times, and recovers in a SIGSEGV handler on another stack. What comes afterwards is recorded. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>

#include "hazard.h"

static sigjmp_buf target;
static char other_stack[65536];

static void recover(int number) {
  (void)number;
  siglongjmp(target, 1);
}

NOINLINE static int overflow(int depth) {
  volatile char frame[512];
  frame[0] = (char)depth;
  churn(1, 24);
  return overflow(depth + 1) + frame[0];
}

int main(void) {
  stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
  struct sigaction action = {0};
  alarm(50);
  sigaltstack(&stack, NULL);
  action.sa_handler = recover;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &action, NULL);
  for (int i = 0; i < 5; ++i) {
    if (sigsetjmp(target, 1) == 0) overflow(0);
    puts("recovered");
    churn(100, 8401);
  }
  return 0;
}
