/* endings WAY: 1000 blocks, then the process ends in this way. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

NOINLINE static void thousand_blocks(void) {
  for (int i = 0; i < 1000; ++i) {
    void* p = malloc(4255);
    KEEP(p);
  }
}

static void* last_thread(void* main_thread) {
  pthread_join(*(pthread_t*)main_thread, NULL);
  thousand_blocks();
  return NULL;
}

int main(int argc, char** argv) {
  const char* way = argc > 1 ? argv[1] : "";
  if (strcmp(way, "last_thread") == 0) {
    static pthread_t self;
    self = pthread_self();
    pthread_t thread;
    pthread_create(&thread, NULL, last_thread, &self);
    pthread_exit(NULL);
  }
  thousand_blocks();
  if (strcmp(way, "return") == 0) return 3;
  if (strcmp(way, "exit") == 0) exit(4);
  if (strcmp(way, "_exit") == 0) _exit(5);
  if (strcmp(way, "quick_exit") == 0) quick_exit(6);
  if (strcmp(way, "abort") == 0) abort();
  if (strcmp(way, "segv") == 0) *(volatile int*)16 = 1;
  if (strcmp(way, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(way, "term") == 0) kill(getpid(), SIGTERM);
  if (strcmp(way, "hup") == 0) kill(getpid(), SIGHUP);
  if (strcmp(way, "pthread_exit") == 0) pthread_exit(NULL);
  pause();
  return 2;
}
