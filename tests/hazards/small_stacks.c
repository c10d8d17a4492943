/* small_stacks thread|signal|coroutine: allocates on stacks of 16 KiB, of the least that a handler needs, and of a coroutine. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "hazard.h"

static ucontext_t main_context, coroutine;

NOINLINE static void work(void) {
  churn(100, 8901);
}
static void* thread_main(void* unused) {
  work();
  return unused;
}
static void on_signal(int number) {
  (void)number;
  work();
}
static void coroutine_main(void) {
  for (;;) {
    churn(1, 8901);
    swapcontext(&coroutine, &main_context);
  }
}

int main(int argc, char** argv) {
  const char* way = argc > 1 ? argv[1] : "";
  if (strcmp(way, "thread") == 0) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, 16384) != 0) return 2;
    if (pthread_create(&thread, &attributes, thread_main, NULL) != 0) return 3;
    pthread_join(thread, NULL);
  } else if (strcmp(way, "signal") == 0) {
    /* What the kernel says it needs for itself, and a little for the handler. */
    size_t bytes = (size_t)sysconf(_SC_MINSIGSTKSZ) + 4096;
    stack_t stack = {.ss_sp = malloc(bytes), .ss_size = bytes};
    struct sigaction action = {0};
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK;
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
  } else {
    static char memory[16384];
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = memory;
    coroutine.uc_stack.ss_size = sizeof memory;
    makecontext(&coroutine, coroutine_main, 0);
    for (int i = 0; i < 100; ++i) swapcontext(&main_context, &coroutine);
  }
  puts("ok");
  return 0;
}
